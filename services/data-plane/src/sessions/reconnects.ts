import type { RedisClient } from '@mcp-gateway/common/redis';

export interface Reconnects {
  /** Whether every data plane has had the time to write what it could not while Redis was away. */
  isSettled(): boolean;
}

/** Longer than a data plane takes to see that Redis is back, and to write what it kept. */
const SETTLED_AFTER_MS = 15_000;

/** Calls `back` whenever Redis is there again, and the first time. `now` is in milliseconds since the epoch. */
export function followReconnects(redis: Pick<RedisClient, 'on'>, now: () => number, back: () => void): Reconnects {
  let since = -Infinity;
  redis.on('ready', () => {
    since = now();
    back();
  });
  return { isSettled: () => now() - since >= SETTLED_AFTER_MS };
}
