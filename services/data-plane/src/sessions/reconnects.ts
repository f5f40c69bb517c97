import type { RedisClient } from '@mcp-gateway/common/redis';

export interface Reconnects {
  /** Whether every data plane has had the time to write what it could not while Redis was away. */
  isSettled(): boolean;
}

/** Longer than a data plane takes to see that Redis is back, and to write what it kept. */
const SETTLED_AFTER_MS = 15_000;
const RETRY_MS = 1_000;

/**
 * Runs `catchUp` whenever Redis is there again, and the first time, until it succeeds: a Redis that still loads its data
 * refuses. `now` is in milliseconds since the epoch.
 */
export function followReconnects(
  redis: Pick<RedisClient, 'on' | 'isReady'>,
  now: () => number,
  catchUp: () => Promise<unknown>,
): Reconnects {
  let connections = 0;
  let caughtUpAt = Infinity;

  async function run(connection: number) {
    try {
      await catchUp();
      if (connection === connections) caughtUpAt = now();
    } catch {
      const again = () => void (connection === connections && redis.isReady && run(connection));
      setTimeout(again, RETRY_MS).unref();
    }
  }
  redis.on('ready', () => {
    caughtUpAt = Infinity;
    void run(++connections);
  });
  return { isSettled: () => now() - caughtUpAt >= SETTLED_AFTER_MS };
}
