/** Where API keys live in Redis. All keys have one hash tag, and so one slot of a cluster, because scripts touch them together. */
export const apiKeyKeys = (prefix: string) => ({
  /** Hash: id → sealed key as JSON. */
  sealed: `{${prefix}:api-keys}`,
  /** Sorted set: ids of keys that were revoked lately, with when, in milliseconds since the epoch. */
  revoked: `{${prefix}:api-keys}:revoked`,
  /** Hash: id → when the key was last used, in seconds since the epoch. It has keys of `sealed` only. */
  uses: `{${prefix}:api-keys}:uses`,
  /** Set once every key has been written since Redis was empty. Without it a missing key means nothing. */
  complete: `{${prefix}:api-keys}:complete`,
  /** Channel: the id that was revoked. */
  revocations: `${prefix}:api-keys:revocations`,
});

/** A pass that has read the database before a key was revoked must not write the key again. */
export const PUBLISH = `
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`;

/** Longer than any pass takes. */
export const REMEMBER_REVOKED_MS = 24 * 60 * 60_000;

export const WITHDRAW = `
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3])
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('PUBLISH', ARGV[4], ARGV[1])
return 1`;

/** Pairs of id and time. Data planes write at different times, and the latest use counts. */
export const REPORT_USES = `
for i = 1, #ARGV, 2 do
  local last = redis.call('HGET', KEYS[3], ARGV[i])
  local isLater = not last or tonumber(last) < tonumber(ARGV[i + 1])
  if isLater and redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  end
end
return 1`;
