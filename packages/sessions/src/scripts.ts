import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';

/**
 * Lua scripts, so that nothing comes between the steps of one change. Keys and records are those of keys.ts and record.ts.
 */

/**
 * KEYS record, index by last use, the same of the caller, index by age, and for a stream the index of streams
 * ARGV id, now, the time before which a session that was last used counts as idle, most of the adapter, most of the caller,
 *      seconds to keep, fields and values of the record …
 */
export const CREATE = `
if redis.call('ZCOUNT', KEYS[2], ARGV[3], '+inf') >= tonumber(ARGV[4]) then return 'adapter-full' end
if redis.call('ZCOUNT', KEYS[3], ARGV[3], '+inf') >= tonumber(ARGV[5]) then return 'caller-full' end
redis.call('HSET', KEYS[1], unpack(ARGV, 7))
redis.call('EXPIRE', KEYS[1], ARGV[6])
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[i], ARGV[2], ARGV[1])
  if redis.call('TTL', KEYS[i]) < tonumber(ARGV[6]) then redis.call('EXPIRE', KEYS[i], ARGV[6]) end
end
return 'opened'`;

/**
 * Counts a session among those of a tenant, unless it has as many as it may have. One whose time is over does not count:
 * its end was not recorded.
 *
 * KEYS index of the tenant
 * ARGV id, now, when its time is over, most of the tenant, seconds to keep
 */
export const JOIN_TENANT = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[5]) then redis.call('EXPIRE', KEYS[1], ARGV[5]) end
return 1`;

/**
 * Leaves a mark in place of the record, or an id that is still good would open the session again. The mark holds the
 * termination until it is on the list, and the tenant until the session has left its index: both are in other slots of a
 * cluster.
 *
 * KEYS record, index by last use, the same of the caller, index by age, index of streams
 * ARGV id, now, seconds to keep the mark, unless the record was to be kept for longer, channel of changes, the change without
 *      its last word, '1' when the server does not know of the end, only if not used since then, else ''
 * Returns 0 when it was closed or used, else 1; then the termination and the tenant, each or ''. A repeated close returns
 * again what the mark still holds.
 */
export const CLOSE = `
local used = redis.call('ZSCORE', KEYS[2], ARGV[1])
if ARGV[7] ~= '' and used and tonumber(used) >= tonumber(ARGV[7]) then return {0} end
for i = 2, 5 do redis.call('ZREM', KEYS[i], ARGV[1]) end
local was = redis.call('HMGET', KEYS[1],
  'closedAt', 'kind', 'name', 'endpointId', 'upstreamId', 'caller', 'protocolVersion', 'transport', 'termination', 'tenant')
local tenant = was[10] or ''
if was[1] then return {0, was[9] or '', tenant} end
local left = redis.call('TTL', KEYS[1])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'format', '1', 'closedAt', ARGV[2])
if tenant ~= '' then redis.call('HSET', KEYS[1], 'tenant', tenant) end
redis.call('EXPIRE', KEYS[1], math.max(left, tonumber(ARGV[3])))
redis.call('PUBLISH', ARGV[4], ARGV[5] .. 'closed')
if ARGV[6] ~= '1' or not was[2] or was[8] then return {1, '', tenant} end
local termination = cjson.encode({
  kind = was[2], name = was[3], endpointId = was[4], upstreamId = was[5], caller = was[6], protocolVersion = was[7] or nil
})
redis.call('HSET', KEYS[1], 'termination', termination)
return {1, termination, tenant}`;

/**
 * KEYS terminations
 * ARGV termination, channel of terminations
 */
export const TERMINATE = `
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], -10000, -1)
redis.call('PUBLISH', ARGV[2], '')
return 1`;

/**
 * KEYS record
 * ARGV the change without its last word, number of moves seen, channel of changes, fields and values to set …
 */
export const MOVE = `
local seen = redis.call('HMGET', KEYS[1], 'moves', 'closedAt')
if seen[1] ~= ARGV[2] or seen[2] then return 0 end
local moves = tonumber(ARGV[2]) + 1
redis.call('HSET', KEYS[1], 'moves', moves, unpack(ARGV, 4))
redis.call('PUBLISH', ARGV[3], ARGV[1] .. moves)
return 1`;

/**
 * Writes a record again that may have been lost, unless Redis has one that is as late, of another format, or a mark.
 *
 * KEYS record
 * ARGV the change without its last word, number of moves, seconds to keep, channel of changes, fields and values of the record …
 */
export const RESTORE = `
local has = redis.call('HMGET', KEYS[1], 'format', 'moves', 'closedAt')
if has[3] or (has[1] and (has[1] ~= '1' or tonumber(has[2]) >= tonumber(ARGV[2]))) then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
redis.call('PUBLISH', ARGV[4], ARGV[1] .. ARGV[2])
return 1`;

/**
 * Sets a field of an open session, unless the record has as many fields as it may have.
 *
 * KEYS record
 * ARGV most fields, field, value
 */
export const SET_FIELD = `
local known = redis.call('HMGET', KEYS[1], 'format', 'closedAt', ARGV[2])
if not known[1] or known[2] then return 0 end
if not known[3] and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 1`;

/**
 * KEYS claim of the session
 * ARGV holder of the claim
 */
export const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;

/** The message to all data planes about one session. */
export interface SessionChange {
  id: string;
  /** `kind/name` of the resource that the session is of. */
  resource: string;
  /** Moved, so many times by now; or closed, for good; or unknown. */
  what: { moves: number } | 'closed' | 'unknown';
}

/** The beginning of a change; the scripts add `closed` or the number of moves. */
export const changeOf = (id: string, resource: ResourceRef): string => `${id} ${resourceKey(resource)} `;

/** Reads a message: id, `kind/name`, and `closed` or the number of moves, separated by spaces. */
export function readChange(text: string): SessionChange {
  const [id = '', resource = '', what = ''] = text.split(' ');
  if (what === 'closed') return { id, resource, what };
  return { id, resource, what: /^\d+$/.test(what) ? { moves: Number(what) } : 'unknown' };
}
