/**
 * What has to happen to a session in one piece. Each is a Lua script, so nothing comes in between; see keys.ts and record.ts
 * for what they work on.
 */

/**
 * KEYS record, adapter's index, caller's index, adapter's index by age, and of a stream the adapter's index of those
 * ARGV id, now, when a session counts as idle that was last used before, most for the adapter, most for the caller,
 *      seconds to keep, fields and values of the record …
 */
export const OPEN = `
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
 * Leaves a mark in place of the record, or an id that is still good would open the session again.
 *
 * KEYS record, adapter's index, caller's index, adapter's index by age, its index of streams, terminations
 * ARGV id, now, seconds to keep the mark, unless the record was to be kept for longer, channel of changes,
 *      channel of terminations when the server has to be told, else '', only if not used since then, else ''
 */
export const CLOSE = `
local used = redis.call('ZSCORE', KEYS[2], ARGV[1])
if ARGV[6] ~= '' and used and tonumber(used) >= tonumber(ARGV[6]) then return 0 end
for i = 2, 5 do redis.call('ZREM', KEYS[i], ARGV[1]) end
local was = redis.call('HMGET', KEYS[1],
  'closedAt', 'adapter', 'endpointId', 'upstreamId', 'caller', 'protocolVersion', 'transport')
if was[1] then return 0 end
local left = redis.call('TTL', KEYS[1])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'format', '1', 'closedAt', ARGV[2])
redis.call('EXPIRE', KEYS[1], math.max(left, tonumber(ARGV[3])))
if ARGV[5] ~= '' and was[2] and not was[7] then
  redis.call('RPUSH', KEYS[6], cjson.encode({
    adapter = was[2], endpointId = was[3], upstreamId = was[4], caller = was[5], protocolVersion = was[6] or nil
  }))
  redis.call('LTRIM', KEYS[6], -10000, -1)
  redis.call('PUBLISH', ARGV[5], '')
end
redis.call('PUBLISH', ARGV[4], ARGV[1] .. ' closed')
return 1`;

/**
 * KEYS record
 * ARGV id, number of moves seen, channel of changes, fields and values to set …
 */
export const MOVE = `
local seen = redis.call('HMGET', KEYS[1], 'moves', 'closedAt')
if seen[1] ~= ARGV[2] or seen[2] then return 0 end
local moves = tonumber(ARGV[2]) + 1
redis.call('HSET', KEYS[1], 'moves', moves, unpack(ARGV, 4))
redis.call('PUBLISH', ARGV[3], ARGV[1] .. ' ' .. moves)
return 1`;

/**
 * Writes a record again that may have been lost, unless there is one that is as late, or of another format, or a mark.
 *
 * KEYS record
 * ARGV id, number of moves, seconds to keep, channel of changes, fields and values of the record …
 */
export const RESTORE = `
local has = redis.call('HMGET', KEYS[1], 'format', 'moves', 'closedAt')
if has[3] or (has[1] and (has[1] ~= '1' or tonumber(has[2]) >= tonumber(ARGV[2]))) then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
redis.call('PUBLISH', ARGV[4], ARGV[1] .. ' ' .. ARGV[2])
return 1`;

/**
 * Sets a field of a session that is open, unless it has as many as it may have.
 *
 * KEYS record
 * ARGV most fields, field, value
 */
export const NOTE = `
local known = redis.call('HMGET', KEYS[1], 'format', 'closedAt', ARGV[2])
if not known[1] or known[2] then return 0 end
if not known[3] and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 1`;

/**
 * KEYS who moves the session
 * ARGV who has claimed it
 */
export const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;
