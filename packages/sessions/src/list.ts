import { withTimeout } from '@mcp-gateway/platform/concurrency';
import { connected, type RedisClient } from '@mcp-gateway/platform/redis';
import { sessionKeys, type SessionOwner } from './keys.js';
import { recordOf, type SessionRecord } from './record.js';

export interface ListedSession {
  id: string;
  record: SessionRecord;
  /** Seconds since the epoch; up to some seconds late. */
  lastUsedAt: number;
}

export interface SessionPage extends SessionOwner {
  /** Only this caller's. */
  caller?: string;
  limit: number;
  /** The id after which the page begins. */
  after?: string;
}

const REDIS_MS = 2_000;

/**
 * One page of the open sessions of a resource, ordered by id, so that sessions that come and go move no others to another page.
 * `next` begins the next page. Reads all ids, of which there are as many as the resource may have open.
 */
export async function listSessions(
  redis: RedisClient,
  prefix: string,
  { caller, limit, after = '', ...owner }: SessionPage,
): Promise<{ sessions: ListedSession[]; next?: string }> {
  const keys = sessionKeys(prefix);
  const index = caller === undefined ? keys.used(owner) : keys.usedBy(owner, caller);
  const all = await withTimeout(redis.zRangeWithScores(index, 0, -1), REDIS_MS);
  const left = all.filter(({ value }) => value > after).toSorted((a, b) => (a.value < b.value ? -1 : 1));
  const page = left.slice(0, limit);

  const reads = connected(redis).multi();
  for (const { value } of page) reads.hGetAll(keys.record(owner, value));
  const records = page.length === 0 ? [] : await withTimeout(reads.exec(), REDIS_MS);
  const sessions = page.flatMap(({ value, score }, at): ListedSession[] => {
    const record = readable(records[at] as unknown as Record<string, string>);
    return record ? [{ id: value, record, lastUsedAt: score }] : [];
  });
  const last = page.at(-1);
  return left.length > limit && last ? { sessions, next: last.value } : { sessions };
}

/** Null for a session that was closed a moment ago, and for a record of another version. */
function readable(fields: Record<string, string>): SessionRecord | null {
  try {
    const record = recordOf(fields);
    return record === 'closed' ? null : record;
  } catch {
    return null;
  }
}
