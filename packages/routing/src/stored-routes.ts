import { ResourceKind, type ResourceRef } from '@mcp-gateway/common/contracts';

/** Where routes live in Redis. All keys have one hash tag, and so one slot of a cluster, because scripts touch them together. */
export const routeKeys = (prefix: string) => ({
  /** Hash: `kind/name` → Route as JSON. */
  routes: `{${prefix}:routes}`,
  /** Hash: `kind/name` → version that was published, or withdrawn, last. */
  versions: `{${prefix}:routes}:versions`,
  /** Sorted set: `kind/name` of each route that was withdrawn, with when, in milliseconds since the epoch. */
  withdrawn: `{${prefix}:routes}:withdrawn`,
  /** Number: runs that have begun. */
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
 * The version of a withdrawn route stays for a day: a run that slept for less cannot bring the route back.
 */
const DAY_MS = 24 * 3600 * 1000;
const PRUNED_AT_ONCE = 100;

const IS_OLDER = `
local function isOlder(version, than)
  if not than then return false end
  local a, b = string.gmatch(version, '%d+'), string.gmatch(than, '%d+')
  for i = 1, 3 do
    local x, y = tonumber(a()), tonumber(b())
    if x ~= y then return x < y end
  end
  return false
end
`;

/**
 * KEYS routes, versions, withdrawn
 * ARGV resource, version, route, channel of changes
 */
export const PUBLISH = `${IS_OLDER}
if isOlder(ARGV[2], redis.call('HGET', KEYS[2], ARGV[1])) then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[1])
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[3] then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  redis.call('PUBLISH', ARGV[4], ARGV[1])
end
return 1`;

/**
 * KEYS routes, versions, withdrawn
 * ARGV resource, version, channel of changes, now in milliseconds since the epoch
 */
export const WITHDRAW = `${IS_OLDER}
if isOlder(ARGV[2], redis.call('HGET', KEYS[2], ARGV[1])) then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then redis.call('PUBLISH', ARGV[3], ARGV[1]) end
local forgotten = redis.call('ZRANGE', KEYS[3], '-inf', ARGV[4] - ${DAY_MS}, 'BYSCORE', 'LIMIT', 0, ${PRUNED_AT_ONCE})
for _, name in ipairs(forgotten) do
  redis.call('HDEL', KEYS[2], name)
  redis.call('ZREM', KEYS[3], name)
end
return 1`;

/**
 * KEYS routes, versions, withdrawn, complete
 * ARGV channel of changes, run, and for each route resource, version, route
 */
export const PUBLISH_ALL = `${IS_OLDER}
local isGiven = {}
for i = 3, #ARGV, 3 do
  local name, version = ARGV[i], ARGV[i + 1]
  isGiven[name] = true
  if not isOlder(version, redis.call('HGET', KEYS[2], name)) then
    redis.call('HSET', KEYS[1], name, ARGV[i + 2])
    redis.call('HSET', KEYS[2], name, version)
    redis.call('ZREM', KEYS[3], name)
  end
end
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  local version = redis.call('HGET', KEYS[2], name)
  local run = version and tonumber(string.match(version, '%d+$')) or 0
  if not isGiven[name] and run <= tonumber(ARGV[2]) then
    redis.call('HDEL', KEYS[1], name)
    redis.call('HDEL', KEYS[2], name)
  end
end
redis.call('SET', KEYS[4], '1')
redis.call('PUBLISH', ARGV[1], '*')
return 1`;
