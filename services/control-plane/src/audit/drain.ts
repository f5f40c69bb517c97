import type { AuditStream, StreamedRecord } from '@mcp-gateway/audit';
import { type AuditRows, columnsOf } from '@mcp-gateway/database';
import type { Logger } from '@mcp-gateway/platform/logging';

export interface DrainParts {
  stream: AuditStream;
  rows: AuditRows;
  retentionDays: number;
  log: Logger;
  /** Counts records that have been stored, and entries that were no record. */
  count?: ((outcome: 'stored' | 'unreadable', records: number) => void) | undefined;
  now?: () => Date;
  timing?: Partial<typeof TIMING>;
}

const TIMING = {
  /** Between two looks at the stream, in milliseconds. */
  everyMs: 500,
  /** After a failure. */
  retryMs: 2_000,
  /** Between two removals of old records. */
  retentionMs: 10 * 60_000,
};
const BATCH = 1_000;
const REMOVED_AT_ONCE = 5_000;
const DAY_MS = 24 * 3600 * 1000;

/**
 * Stores the records of the stream and removes them from it afterwards. If this process ends in between, the next one
 * finds them stored already. Any number of control planes may do this: one of them stores at a time, and the others
 * find the stream empty or the chain busy. Records wait in the stream while the database is unavailable.
 * @returns ends it, after the batch that is under way
 */
export function drainAudit(parts: DrainParts): () => Promise<void> {
  const { log, timing } = parts;
  const { everyMs, retryMs, retentionMs } = { ...TIMING, ...timing };
  const store = repeating(() => storeBatch(parts), { everyMs, retryMs, log, failed: 'audit records are not stored' });
  const remove = repeating(() => removeBatch(parts), {
    everyMs: retentionMs,
    retryMs: retentionMs,
    log,
    failed: 'old audit records are not removed',
  });
  return async () => void (await Promise.all([store(), remove()]));
}

/** @returns whether there may be more to do at once */
async function storeBatch({ stream, rows, log, count }: DrainParts): Promise<boolean> {
  if ((await stream.length()) === 0) return false;
  const found = await stream.oldest(BATCH);
  const records = found.filter(isRecord);
  const unreadable = found.length - records.length;
  if (unreadable > 0) {
    log.error({ entries: unreadable }, 'the audit stream has entries that are no audit records; they are removed');
    count?.('unreadable', unreadable);
  }
  if (records.length > 0) {
    const stored = await rows.append(records.map(({ text }) => text));
    if (stored === 'busy') return false;
    count?.('stored', stored);
  }
  await stream.remove(found.map(({ entry }) => entry));
  return found.length === BATCH;
}

function isRecord({ text }: StreamedRecord): boolean {
  try {
    columnsOf(text);
    return true;
  } catch {
    return false;
  }
}

async function removeBatch({ rows, retentionDays, now = () => new Date() }: DrainParts): Promise<boolean> {
  const removed = await rows.removeStoredBefore(new Date(now().getTime() - retentionDays * DAY_MS), REMOVED_AT_ONCE);
  return removed === REMOVED_AT_ONCE;
}

interface Repetition {
  everyMs: number;
  retryMs: number;
  log: Logger;
  /** The log line of an outage. */
  failed: string;
}

/** Runs `step` again at once while it returns true, else later. Logs an outage once. */
function repeating(step: () => Promise<boolean>, { everyMs, retryMs, log, failed }: Repetition): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isFailing = false;
  let isEnded = false;

  async function run(): Promise<void> {
    let again = everyMs;
    try {
      while (!isEnded && (await step()));
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, `${failed}; the control plane keeps trying`);
      isFailing = true;
      again = retryMs;
    }
    if (!isEnded) schedule(again);
  }
  function schedule(ms: number): void {
    timer = setTimeout(() => void (running = run()), ms).unref();
  }

  running = run();
  return async () => {
    isEnded = true;
    clearTimeout(timer);
    await running;
  };
}
