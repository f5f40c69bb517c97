import type { RedisClient } from '@mcp-gateway/platform/redis';

export interface Reconnects {
  /** Whether every data plane has had time to write what it kept while Redis was unavailable. */
  isSettled(): boolean;
  close(): void;
}

/** Longer than a data plane needs to notice that Redis is back and to write what it kept. */
const SETTLED_AFTER_MS = 15_000;
const RETRY_MS = 1_000;

export interface ReconnectParts {
  redis: Pick<RedisClient, 'on' | 'off' | 'isReady'>;
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
  let retry: NodeJS.Timeout | undefined;

  async function run(connection: number) {
    try {
      await catchUp();
      if (connection !== connections) return;
      caughtUpAt = now();
      if (connection === 1 && (await isAlone()) && connection === connections) caughtUpAt = -Infinity;
    } catch {
      if (connection !== connections) return;
      retry = setTimeout(() => void (redis.isReady && run(connection)), RETRY_MS).unref();
    }
  }
  const begin = () => {
    clearTimeout(retry);
    caughtUpAt = Infinity;
    void run(++connections);
  };
  redis.on('ready', begin);
  return {
    isSettled: () => now() - caughtUpAt >= SETTLED_AFTER_MS,
    close() {
      redis.off('ready', begin);
      clearTimeout(retry);
      connections += 1; // a run that is under way does not repeat
    },
  };
}
