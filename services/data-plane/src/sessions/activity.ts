import type { SessionActivity, SessionRecords, SessionRef } from '@mcp-gateway/sessions';
import type { Logger } from '@mcp-gateway/platform/logging';

export interface ActivityTracker {
  /**
   * Counts a use that begins now; the returned function ends it. `keepSeconds`: how long the record is needed from now
   * on.
   */
  begin(ref: SessionRef, keepSeconds: number): () => void;
  /** Counts a call to the endpoint that begins now; the returned function ends it. */
  send(id: string, endpointId: string): () => void;
  /** The calls of the session from this data plane that are under way to the endpoint. */
  calls(id: string, endpointId: string): number;
  /** The last use, if it is not written yet, in seconds since the epoch. */
  unwritten(id: string): number | undefined;
  /** Writes the uses since the last flush to Redis. Uses that cannot be written are kept for the next flush. */
  flush(): Promise<void>;
  /**
   * Writes the uses that an earlier flush could not write.
   * @throws Error when writing fails again
   */
  catchUp(): Promise<void>;
  close(): void;
}

interface Entry extends SessionActivity {
  active: number;
}

const FLUSH_EVERY_MS = 10_000;
const AT_ONCE = 1_000;
/** Maximum of sessions whose last uses are kept while Redis is unavailable; about 300 bytes each. */
const MAX_UNWRITTEN = 100_000;

/**
 * Tracks which sessions are in use, and their last uses. Writes to Redis every ten seconds, a thousand sessions at
 * once: no request waits for it, and the uses that a dying data plane loses are fewer than the slack in limits.ts
 * allows for.
 */
export function activityTracker(
  records: Pick<SessionRecords, 'touch'>,
  log: Logger,
  now: () => number = Date.now,
): ActivityTracker {
  const entries = new Map<string, Entry>();
  const calls = callCounter();
  const seconds = () => Math.floor(now() / 1000);
  let isBehind = false;

  async function flush() {
    try {
      await writeAll(records, entries, seconds);
      isBehind = false;
    } catch (error) {
      isBehind = true;
      giveUpOldest(entries);
      throw error;
    }
  }
  const flushIfPossible = () =>
    flush().catch((error: unknown) =>
      log.debug({ err: error }, 'the last uses of sessions could not be written; they are kept in memory'),
    );
  const timer = setInterval(() => void flushIfPossible(), FLUSH_EVERY_MS);
  timer.unref();

  return {
    begin({ id, kind, resourceId, caller }, keepSeconds) {
      let entry = entries.get(id);
      if (!entry) entries.set(id, (entry = { id, kind, resourceId, caller, keepSeconds, active: 0, at: 0 }));
      const begun: Entry = entry;
      begun.active += 1;
      begun.keepSeconds = keepSeconds;
      begun.at = seconds();
      return () => {
        begun.active -= 1;
        begun.at = seconds();
      };
    },
    send: calls.begin,
    calls: calls.count,
    unwritten(id) {
      const entry = entries.get(id);
      return entry && entry.active > 0 ? seconds() : entry?.at;
    },
    flush: flushIfPossible,
    catchUp: async () => (isBehind ? flush() : undefined),
    close: () => clearInterval(timer),
  };
}

async function writeAll(
  records: Pick<SessionRecords, 'touch'>,
  entries: Map<string, Entry>,
  seconds: () => number,
): Promise<void> {
  const all = [...entries.values()];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const batch = all.slice(from, from + AT_ONCE);
    for (const entry of batch) if (entry.active > 0) entry.at = seconds();
    const written = batch.map((entry) => ({ ...entry }));
    await records.touch(written);
    for (const [index, entry] of batch.entries()) {
      const isOver = entry.active === 0 && entry.at === written[index]?.at;
      if (isOver && entries.get(entry.id) === entry) entries.delete(entry.id);
    }
  }
}

function giveUpOldest(entries: Map<string, Entry>): void {
  if (entries.size <= MAX_UNWRITTEN) return;
  const idle = [...entries.values()].filter(({ active }) => active === 0).toSorted((a, b) => a.at - b.at);
  for (const { id } of idle.slice(0, entries.size - MAX_UNWRITTEN)) entries.delete(id);
}

/** Counts the calls of a session to each endpoint. */
function callCounter() {
  const counts = new Map<string, number>();
  const keyOf = (id: string, endpointId: string) => `${id} ${endpointId}`;
  return {
    begin(id: string, endpointId: string): () => void {
      const key = keyOf(id, endpointId);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return () => {
        const left = (counts.get(key) ?? 0) - 1;
        if (left > 0) counts.set(key, left);
        else counts.delete(key);
      };
    },
    count: (id: string, endpointId: string): number => counts.get(keyOf(id, endpointId)) ?? 0,
  };
}
