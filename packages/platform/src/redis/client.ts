import { createClient } from 'redis';
import type { Logger } from '../logging/index.js';
import { redisRefusal } from './refusal.js';

export type RedisClient = ReturnType<typeof createClient>;

const CONNECT_TIMEOUT_MS = 5_000;

/** Others are copies: createClient assembles all commands again for each URL, which takes tens of milliseconds. */
export const unconnected: RedisClient = createClient();

/**
 * A client that reconnects for ever and fails fast in between: a command sent while Redis is away rejects at once.
 * One line is logged when Redis goes and one when it is back.
 */
export function redisClient(url: string, log: Logger): RedisClient {
  const client: RedisClient = unconnected.duplicate({
    url,
    disableOfflineQueue: true,
    pingInterval: 10_000,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 5), 1_000) + Math.random() * 50,
    },
  });
  let isUnavailable = false;
  client.on('error', (error: Error) => {
    const reason = redisRefusal(error);
    if (!isUnavailable && reason) log.error({ reason }, 'Redis refuses the connection; the client keeps reconnecting');
    else if (!isUnavailable) log.warn({ err: error }, 'Redis is unavailable; the client keeps reconnecting');
    isUnavailable = true;
  });
  client.on('ready', () => {
    if (isUnavailable) log.info('Redis is available again');
    isUnavailable = false;
  });
  return client;
}
