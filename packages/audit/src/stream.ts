import { withTimeout } from '@mcp-gateway/platform/concurrency';
import type { RedisClient } from '@mcp-gateway/platform/redis';

/**
 * Adds records while there is room and answers how many it has added. Nothing is trimmed: a record in the stream stays
 * until it is stored, so that what is missing is known.
 * KEYS stream
 * ARGV most records in the stream, and each record
 */
const APPEND = `
local added = math.min(tonumber(ARGV[1]) - redis.call('XLEN', KEYS[1]), #ARGV - 1)
for i = 1, added do redis.call('XADD', KEYS[1], '*', 'record', ARGV[i + 1]) end
return math.max(added, 0)`;

const REDIS_MS = 3_000;
/** About 60 MB of Redis. */
const MAX_RECORDS = 100_000;

export interface StreamedRecord {
  /** Its id in the stream, for `remove`. */
  entry: string;
  /** The record as JSON. */
  text: string;
}

/** Records between the service that writes them and the control plane that stores them. Every call rejects while Redis is unavailable. */
export interface AuditStream {
  /** Adds the first records of these that the stream has room for; returns how many. */
  append(texts: readonly string[]): Promise<number>;
  /** The oldest records, in the order in which they came. */
  oldest(limit: number): Promise<StreamedRecord[]>;
  remove(entries: readonly string[]): Promise<void>;
  length(): Promise<number>;
}

export function auditStream(redis: RedisClient, prefix: string, maxRecords = MAX_RECORDS): AuditStream {
  const key = `${prefix}:audit`;
  return {
    async append(texts) {
      const added = redis.eval(APPEND, { keys: [key], arguments: [String(maxRecords), ...texts] });
      return Number(await withTimeout(added, REDIS_MS));
    },
    async oldest(limit) {
      const entries = await withTimeout(redis.xRange(key, '-', '+', { COUNT: limit }), REDIS_MS);
      return (entries ?? []).map(({ id, message }) => ({ entry: id, text: message['record'] ?? '' }));
    },
    async remove(entries) {
      if (entries.length > 0) await withTimeout(redis.xDel(key, [...entries]), REDIS_MS);
    },
    length: () => withTimeout(redis.xLen(key), REDIS_MS),
  };
}
