import { ResourceKind, type ResourceRef } from '@mcp-gateway/common/contracts';

/** Where routes live in Redis. All keys have one hash tag, and so one slot of a cluster, because scripts touch them together. */
export const routeKeys = (prefix: string) => ({
  /** Hash: `kind/name` → Route as JSON. */
  routes: `{${prefix}:routes}`,
  /** Hash: `kind/name` → definition as JSON, of what has one. Written with the route; data planes do not read it. */
  definitions: `{${prefix}:routes}:definitions`,
  /** Hash: `kind/name` → version that was published or withdrawn last, and the highest run that had begun by then. */
  versions: `{${prefix}:routes}:versions`,
  /** Sorted set: `kind/name` of each route that was withdrawn, with when, in milliseconds since the epoch. */
  withdrawn: `{${prefix}:routes}:withdrawn`,
  /** Number: the run that began last. */
  runs: `{${prefix}:routes}:runs`,
  /** Set once every route has been written since Redis was empty. Without it a missing route means nothing. */
  complete: `{${prefix}:routes}:complete`,
  /** Channel: the `kind/name` that changed, or `*`. */
  changed: `${prefix}:routes:changed`,
});
export const ALL_ROUTES = '*';

/** The opposite of `resourceKey`; undefined for a text that is none, such as one of a later version. */
export function refIn(key: string): ResourceRef | undefined {
  const slash = key.indexOf('/');
  const kind = ResourceKind.safeParse(key.slice(0, slash));
  return kind.success ? { kind: kind.data, name: key.slice(slash + 1) } : undefined;
}

/**
 * Lua scripts, so that comparing and writing are one step. A resource is `kind/name`; a version is `createdAt generation run`, see publish.ts.
 * A run that began after the last write has read the row after it, so it knows better, whatever its version: the database may have been
 * restored from a backup. Of runs that overlap, the newer version counts.
 * The version of a withdrawn route stays for a day: a run that slept for less cannot bring the route back.
 */
const DAY_MS = 24 * 3600 * 1000;
const PRUNED_AT_ONCE = 100;

/**
 * The number of a run that begins now. It follows the clock, so that it rises even when Redis has lost its data.
 * KEYS runs
 */
export const BEGIN_RUN = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local run = math.max(tonumber(redis.call('GET', KEYS[1]) or '0') + 1, now)
redis.call('SET', KEYS[1], string.format('%.0f', run))
return run`;

/** KEYS[1] of every script that writes is the key of runs. */
const VERSIONS = `
local function isOlder(version, written)
  if not written then return false end
  local a, b = {}, {}
  for number in string.gmatch(version, '%d+') do a[#a + 1] = tonumber(number) end
  for number in string.gmatch(written, '%d+') do b[#b + 1] = tonumber(number) end
  if a[3] > b[4] then return false end
  for i = 1, 3 do
    if a[i] ~= b[i] then return a[i] < b[i] end
  end
  return false
end
local lastRun = redis.call('GET', KEYS[1]) or '0'
local function written(version) return version .. ' ' .. lastRun end
local function put(hash, name, value)
  if value == '' then return redis.call('HDEL', hash, name) == 1 end
  if redis.call('HGET', hash, name) == value then return false end
  redis.call('HSET', hash, name, value)
  return true
end
`;

/**
 * KEYS runs, routes, versions, withdrawn, definitions
 * ARGV resource, version, route, channel of changes, definition or nothing
 */
export const PUBLISH = `${VERSIONS}
if isOlder(ARGV[2], redis.call('HGET', KEYS[3], ARGV[1])) then return 0 end
redis.call('HSET', KEYS[3], ARGV[1], written(ARGV[2]))
redis.call('ZREM', KEYS[4], ARGV[1])
local isRouteChanged = put(KEYS[2], ARGV[1], ARGV[3])
local isDefinitionChanged = put(KEYS[5], ARGV[1], ARGV[5])
if isRouteChanged or isDefinitionChanged then redis.call('PUBLISH', ARGV[4], ARGV[1]) end
return 1`;

/**
 * KEYS runs, routes, versions, withdrawn, definitions
 * ARGV resource, version, channel of changes, now in milliseconds since the epoch
 */
export const WITHDRAW = `${VERSIONS}
if isOlder(ARGV[2], redis.call('HGET', KEYS[3], ARGV[1])) then return 0 end
redis.call('HSET', KEYS[3], ARGV[1], written(ARGV[2]))
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1])
redis.call('HDEL', KEYS[5], ARGV[1])
if redis.call('HDEL', KEYS[2], ARGV[1]) == 1 then redis.call('PUBLISH', ARGV[3], ARGV[1]) end
local forgotten = redis.call('ZRANGE', KEYS[4], '-inf', ARGV[4] - ${DAY_MS}, 'BYSCORE', 'LIMIT', 0, ${PRUNED_AT_ONCE})
for _, name in ipairs(forgotten) do
  redis.call('HDEL', KEYS[3], name)
  redis.call('ZREM', KEYS[4], name)
end
return 1`;

/**
 * KEYS runs, routes, versions, withdrawn, definitions, complete
 * ARGV channel of changes, run, and for each route resource, version, route, definition or nothing
 */
export const PUBLISH_ALL = `${VERSIONS}
local isGiven = {}
for i = 3, #ARGV, 4 do
  local name, version = ARGV[i], ARGV[i + 1]
  isGiven[name] = true
  if not isOlder(version, redis.call('HGET', KEYS[3], name)) then
    put(KEYS[2], name, ARGV[i + 2])
    put(KEYS[5], name, ARGV[i + 3])
    redis.call('HSET', KEYS[3], name, written(version))
    redis.call('ZREM', KEYS[4], name)
  end
end
for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do
  local version = redis.call('HGET', KEYS[3], name)
  local run = version and tonumber(string.match(version, '%d+ (%d+) %d+$')) or 0
  if not isGiven[name] and run <= tonumber(ARGV[2]) then
    redis.call('HDEL', KEYS[2], name)
    redis.call('HDEL', KEYS[3], name)
  end
end
for _, name in ipairs(redis.call('HKEYS', KEYS[5])) do
  if redis.call('HEXISTS', KEYS[2], name) == 0 then redis.call('HDEL', KEYS[5], name) end
end
redis.call('SET', KEYS[6], '1')
redis.call('PUBLISH', ARGV[1], '*')
return 1`;
