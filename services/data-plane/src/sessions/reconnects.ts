import type { RedisClient } from '@mcp-gateway/platform/redis';

export interface Reconnects {
  /** Whether every data plane has had time to write what it kept while Redis was unavailable. */
  isSettled(): boolean;
}

/** Longer than a data plane needs to notice that Redis is back and to write what it kept. */
const SETTLED_AFTER_MS = 15_000;
const RETRY_MS = 1_000;

export interface ReconnectParts {
  redis: Pick<RedisClient, 'on' | 'isReady'>;
  /** Milliseconds since the epoch. */
  now: () => number;
  catchUp: () => Promise<unknown>;
  /** Whether this is the only data plane. */
  isAlone: () => Promise<boolean>;
}

/**
 * Runs `catchUp` on the first connection to Redis and after each reconnect, and repeats it until it succeeds: a Redis
 * that still loads its data refuses commands. A data plane that has just started and is the only one waits for no
 * other.
 */
export function catchUpOnReconnect({ redis, now, catchUp, isAlone }: ReconnectParts): Reconnects {
  let connections = 0;
  let caughtUpAt = Infinity;

  async function run(connection: number) {
    try {
      await catchUp();
      if (connection !== connections) return;
      caughtUpAt = now();
      if (connection === 1 && (await isAlone()) && connection === connections) caughtUpAt = -Infinity;
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
