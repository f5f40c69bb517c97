import type { AuditRecord } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import { gapRecord } from './record.js';
import type { AuditStream } from './stream.js';

/** Where a service leaves its audit records. No call waits, and none throws. */
export interface AuditTrail {
  record(record: AuditRecord): void;
  /** Counts a record that is left out on purpose; a gap says so. */
  leaveOut(reason: string): void;
  /** Sends what waits, as far as Redis takes it, and ends the timers. */
  close(): Promise<void>;
}

/** Takes whole lines. False: the line is dropped. */
export interface LineWriter {
  write(line: string): boolean;
}

export interface AuditTrailParts {
  service: AuditRecord['service'];
  /** Undefined: no lines. */
  lines?: LineWriter | undefined;
  /** Undefined: nothing is stored. */
  stream?: Pick<AuditStream, 'append'> | undefined;
  log: Logger;
  /** Counts records by what became of them. */
  count?: ((outcome: 'written' | 'streamed' | 'dropped', records: number) => void) | undefined;
  /** Milliseconds since the epoch. */
  now?: () => number;
  limits?: Partial<typeof LIMITS>;
}

const LIMITS = {
  /** Records that may wait for Redis. */
  records: 10_000,
  bytes: 8 * 1024 * 1024,
  /** Records in one command. */
  batch: 500,
  /** How long records gather before they are sent, and how long a failed attempt waits for the next, in milliseconds. */
  gatherMs: 250,
  retryMs: 1_000,
  /** How often a gap of left-out records is recorded, in milliseconds. */
  gapMs: 10_000,
};

interface Gap {
  records: number;
  /** Milliseconds since the epoch. */
  since: number;
}

const FULL = 'the buffer was full';

/**
 * Writes each record as a line at once and sends it in batches to the stream. While Redis does not take records they
 * wait, up to a limit; beyond it they are dropped, counted, and a gap is recorded as soon as there is room.
 */
export function auditTrail(parts: AuditTrailParts): AuditTrail {
  const { service, lines, stream, log, count = () => {}, now = Date.now } = parts;
  const limits = { ...LIMITS, ...parts.limits };
  const waiting: string[] = [];
  let waitingBytes = 0;
  const gaps = new Map<string, Gap>();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let isFailing = false;

  function drop(reason: string): void {
    const gap = gaps.get(reason);
    if (gap) gap.records += 1;
    else gaps.set(reason, { records: 1, since: now() });
    count('dropped', 1);
  }

  const hasRoom = (text: string) => waiting.length < limits.records && waitingBytes + text.length <= limits.bytes;

  function put(record: AuditRecord): boolean {
    const text = JSON.stringify(record);
    if (lines) count(lines.write(`{"audit":true,${text.slice(1)}\n`) ? 'written' : 'dropped', 1);
    if (!stream) return true;
    if (!hasRoom(text)) return false;
    waiting.push(text);
    waitingBytes += text.length;
    schedule(limits.gatherMs);
    return true;
  }

  /** A gap stands behind the records that came before it, and before those that come after it. */
  function putGaps(isDue: (reason: string, gap: Gap) => boolean): void {
    for (const [reason, gap] of gaps) {
      const record = gapRecord(service, { ...gap, reason }, now());
      if (!isDue(reason, gap) || (stream && !hasRoom(JSON.stringify(record)))) continue;
      gaps.delete(reason);
      put(record);
    }
  }
  const isDue = (reason: string, { since }: Gap) => reason === FULL || now() - since >= limits.gapMs;

  function schedule(ms: number): void {
    if (timer || sending) return;
    timer = setTimeout(() => {
      timer = undefined;
      void send();
    }, ms);
    timer.unref();
  }

  /** Never rejects. */
  function send(): Promise<void> {
    sending ??= sendAll().finally(() => {
      sending = undefined;
      if (waiting.length > 0 || gaps.size > 0) schedule(isFailing ? limits.retryMs : limits.gatherMs);
    });
    return sending;
  }

  async function sendAll(): Promise<void> {
    putGaps(isDue);
    while (stream && waiting.length > 0) {
      const batch = waiting.slice(0, limits.batch);
      const taken = await stream.append(batch).catch((error: unknown) => {
        if (!isFailing) log.warn({ err: error }, 'audit records wait until Redis takes them');
        return 0;
      });
      for (const text of waiting.splice(0, taken)) waitingBytes -= text.length;
      count('streamed', taken);
      isFailing = taken < batch.length;
      if (isFailing) return;
      putGaps(isDue);
    }
  }

  return {
    record(record) {
      if (gaps.has(FULL)) putGaps(isDue);
      if (!put(record)) drop(FULL);
    },
    leaveOut(reason) {
      drop(reason);
      schedule(limits.gatherMs);
    },
    async close() {
      clearTimeout(timer);
      await sending;
      putGaps(() => true);
      await send();
      clearTimeout(timer);
    },
  };
}
