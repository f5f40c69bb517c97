import { createHash } from 'node:crypto';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import type { RedisClient } from '@mcp-gateway/platform/redis';

/** What one request asks a counter of requests for. */
export interface LeaseRequest {
  /** From `quotaKeys`. */
  key: string;
  seconds: number;
  limit: number;
  /** As many as are needed now, and as many as are welcome. */
  need: number;
  want: number;
  /** Requests that were admitted without the ledger, and in which window. */
  owed: number;
  owedWindow: number;
}

/** What the ledger answers. */
export interface Lease {
  granted: number;
  /** All that is leased in the window, by all data planes. */
  used: number;
  /** The number of the window since the epoch, and how long it lasts yet. */
  window: number;
  msLeft: number;
}

/** How many slots a data plane asks for, of things that are held at the same time. */
export interface SlotsRequest {
  key: string;
  limit: number;
  inUse: number;
  want: number;
}

/**
 * KEYS a hash for each counter: the number of its window, and how many requests are leased in it
 * ARGV for each counter: milliseconds of the window, limit, need, want, owed, window of owed
 */
const LEASE = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local answer = {}
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 6
  local ms, limit, need = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local want, owed, owedWindow = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  local window = math.floor(now / ms)
  local stored = redis.call('HMGET', key, 'window', 'used')
  local used = tonumber(stored[1] or -1) == window and tonumber(stored[2]) or 0
  if owedWindow == window then used = used + owed end
  local left = math.max(0, limit - used)
  local granted = math.min(left, math.max(need, math.min(want, math.floor(left / 4))))
  redis.call('HSET', key, 'window', string.format('%.0f', window), 'used', string.format('%.0f', used + granted))
  redis.call('PEXPIRE', key, ms * 2)
  answer[i] = {granted, used + granted, window, ms - now % ms}
end
return answer`;

/**
 * KEYS a hash for each kind of slot: by data plane its number of slots and when they expire
 * ARGV data plane, milliseconds to keep, then for each kind: limit, in use, want
 */
const TAKE_SLOTS = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local plane, keep = ARGV[1], tonumber(ARGV[2])
local answer = {}
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 3 + 2
  local limit, inUse, want = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local stored = redis.call('HGETALL', key)
  local others = 0
  for at = 1, #stored, 2 do
    local slots, expires = string.match(stored[at + 1], '(%d+) (%d+)')
    if tonumber(expires) <= now then redis.call('HDEL', key, stored[at])
    elseif stored[at] ~= plane then others = others + tonumber(slots) end
  end
  local granted = math.max(inUse, math.min(want, math.max(0, limit - others)))
  if granted == 0 then redis.call('HDEL', key, plane)
  else
    redis.call('HSET', key, plane, string.format('%.0f %.0f', granted, now + keep))
    redis.call('PEXPIRE', key, keep)
  end
  answer[i] = {granted, others + granted}
end
return answer`;

/** KEYS as of TAKE_SLOTS */
const COUNT_SLOTS = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local answer = {}
for i, key in ipairs(KEYS) do
  answer[i] = 0
  for _, stored in ipairs(redis.call('HVALS', key)) do
    local slots, expires = string.match(stored, '(%d+) (%d+)')
    if tonumber(expires) > now then answer[i] = answer[i] + tonumber(slots) end
  end
end
return answer`;

/**
 * KEYS sorted set of the data planes, each with when it was last seen
 * ARGV data plane, milliseconds to keep
 */
const SEEN = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])`;

/** All keys of one tenant have one hash tag, and so one slot of a cluster, because a script touches several of them. */
export const quotaKeys = (prefix: string, tenant: string) => {
  const of = `{${prefix}:quota/${tenant}}`;
  return {
    requests: (scope: string, window: string) => `${of}:${scope}:requests:${window}`,
    slots: (scope: string, what: string) => `${of}:${scope}:${what}`,
  };
};

/** A subject or the name of a tool may be any text of any length, so its hash stands for it. */
export const hashed = (text: string): string => createHash('sha256').update(text).digest('base64url');

export type QuotaLedger = ReturnType<typeof quotaLedger>;

const REDIS_MS = 500;
/** How long the slots of a data plane that was killed count. Data planes renew theirs every five seconds. */
const SLOTS_KEPT_MS = 20_000;
const SEEN_KEPT_MS = 30_000;

/** What all data planes have leased, in Redis. Every call is one script, and rejects when Redis has not answered within half a second. */
export function quotaLedger(redis: RedisClient, prefix: string) {
  const run = (script: string, keys: string[], args: (string | number)[]) =>
    withTimeout(redis.eval(script, { keys, arguments: args.map(String) }), REDIS_MS);
  return {
    isReady: () => redis.isReady,

    /** All keys have to be of one tenant. */
    async lease(requests: readonly LeaseRequest[]): Promise<Lease[]> {
      const args = requests.flatMap(({ seconds, limit, need, want, owed, owedWindow }) => [
        seconds * 1000,
        limit,
        need,
        want,
        owed,
        owedWindow,
      ]);
      const keys = requests.map(({ key }) => key);
      const answer = (await run(LEASE, keys, args)) as [number, number, number, number][];
      return answer.map(([granted, used, window, msLeft]) => ({ granted, used, window, msLeft }));
    },

    /** Resolves to the slots of the data plane, and those of all. All keys have to be of one tenant. */
    async takeSlots(
      dataPlane: string,
      requests: readonly SlotsRequest[],
    ): Promise<{ granted: number; used: number }[]> {
      const args = requests.flatMap(({ limit, inUse, want }) => [limit, inUse, want]);
      const keys = requests.map(({ key }) => key);
      const answer = (await run(TAKE_SLOTS, keys, [dataPlane, SLOTS_KEPT_MS, ...args])) as [number, number][];
      return answer.map(([granted, used]) => ({ granted, used }));
    },

    /** The slots of all data planes. All keys have to be of one tenant. */
    slotsOf: async (keys: readonly string[]): Promise<number[]> => (await run(COUNT_SLOTS, [...keys], [])) as number[],

    /** Says that the data plane runs; resolves to the number of those that do. */
    async seen(dataPlane: string): Promise<number> {
      return Number(await run(SEEN, [`${prefix}:data-planes`], [dataPlane, SEEN_KEPT_MS]));
    },
  };
}
