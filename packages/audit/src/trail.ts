import type { AuditRecord } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import { gapRecord } from './record.js';
import type { AuditStream } from './stream.js';

/** Where a service leaves its audit records. No call waits, and none throws. */
export interface AuditTrail {
  /** @param record as JSON (record.ts) */
  record(record: string): void;
  /** Counts a record that is left out on purpose; a gap says so. */
  leaveOut(reason: string): void;
  /** Sends what waits, as far as Redis takes it, and ends the timers. */
  close(): Promise<void>;
}

/** Takes whole lines. False: the line is dropped. */
interface LineWriter {
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
  /** How long records gather that fill no batch, and how long a failed attempt waits for the next, in milliseconds. */
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
export const auditTrail = (parts: AuditTrailParts): AuditTrail => new BufferedTrail(parts);

class BufferedTrail implements AuditTrail {
  readonly #parts: AuditTrailParts;
  readonly #limits: typeof LIMITS;
  readonly #now: () => number;
  /** Records for the stream, as JSON, oldest first. */
  readonly #waiting: string[] = [];
  #waitingBytes = 0;
  /** By their reason. */
  readonly #gaps = new Map<string, Gap>();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isFailing = false;
  #isClosing = false;

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
    this.#limits = { ...LIMITS, ...parts.limits };
    this.#now = parts.now ?? Date.now;
  }

  record(record: string): void {
    if (this.#gaps.size > 0 && this.#gaps.has(FULL)) this.#putGaps();
    if (!this.#put(record)) this.#drop(FULL);
    // A full batch does not wait: what waits for long leaves V8's young generation, which costs more than to send it.
    else if (this.#waiting.length >= this.#limits.batch && !this.#sending && !this.#isFailing) void this.#send();
  }

  leaveOut(reason: string): void {
    this.#drop(reason);
    this.#schedule(this.#limits.gatherMs);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#sending;
    this.#putGaps(true);
    await this.#send();
    clearTimeout(this.#timer);
  }

  /** @returns false when there is no room for it in the buffer */
  #put(text: string): boolean {
    const { lines, stream, count } = this.#parts;
    if (lines) {
      const isWritten = lines.write(`{"audit":true,${text.slice(1)}\n`);
      count?.(isWritten ? 'written' : 'dropped', 1);
    }
    if (!stream) return true;
    if (!this.#hasRoom(text)) return false;
    this.#waiting.push(text);
    this.#waitingBytes += text.length;
    this.#schedule(this.#limits.gatherMs);
    return true;
  }

  #hasRoom({ length }: string): boolean {
    const { records, bytes } = this.#limits;
    return this.#waiting.length < records && this.#waitingBytes + length <= bytes;
  }

  #drop(reason: string): void {
    const gap = this.#gaps.get(reason);
    if (gap) gap.records += 1;
    else this.#gaps.set(reason, { records: 1, since: this.#now() });
    this.#parts.count?.('dropped', 1);
  }

  /** A gap stands behind the records that came before it, and ahead of those that come after it. */
  #putGaps(isEnd = false): void {
    const now = this.#now();
    for (const [reason, gap] of this.#gaps) {
      const isDue = isEnd || reason === FULL || now - gap.since >= this.#limits.gapMs;
      const text = JSON.stringify(gapRecord(this.#parts.service, { ...gap, reason }, now));
      if (!isDue || (this.#parts.stream && !this.#hasRoom(text))) continue;
      this.#gaps.delete(reason);
      this.#put(text);
    }
  }

  #schedule(ms: number): void {
    if (this.#timer || this.#sending) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#send();
    }, ms);
    this.#timer.unref();
  }

  /** Never rejects. */
  #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      const { retryMs, gatherMs } = this.#limits;
      if (this.#waiting.length > 0 || this.#gaps.size > 0) this.#schedule(this.#isFailing ? retryMs : gatherMs);
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    const { stream, log, count } = this.#parts;
    const { batch: most } = this.#limits;
    this.#putGaps();
    if (!stream || this.#waiting.length === 0) return;
    // What came while a batch was under way gathers again, or a busy service would send one small batch after another.
    do {
      const batch = this.#waiting.slice(0, most);
      const taken = await stream.append(batch).catch((error: unknown) => {
        if (!this.#isFailing) log.warn({ err: error }, 'audit records wait until Redis takes them');
        return 0;
      });
      for (const text of this.#waiting.splice(0, taken)) this.#waitingBytes -= text.length;
      count?.('streamed', taken);
      this.#isFailing = taken < batch.length;
      if (this.#isFailing) return;
      this.#putGaps();
    } while (this.#waiting.length >= (this.#isClosing ? 1 : most));
  }
}
