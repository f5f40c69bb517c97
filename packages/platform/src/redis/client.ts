import { ClientOfflineError, createClient } from 'redis';
import type { Logger } from '../logging/index.js';
import { clusterClient, type RedisClient } from './cluster.js';
import { redisRefusal } from './refusal.js';

export type { RedisClient };

export interface RedisAddress {
  /** One URL; of a cluster also several, separated by commas. */
  REDIS_URL: string;
  REDIS_CLUSTER?: 'on' | 'off' | undefined;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** Other clients are copies: createClient assembles all commands again for each URL, which takes tens of milliseconds. */
export const unconnected: RedisClient = createClient();

const CONNECTION = {
  disableOfflineQueue: true,
  pingInterval: 10_000,
  socket: {
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectStrategy: (retries: number) => Math.min(50 * 2 ** Math.min(retries, 5), 1_000) + Math.random() * 50,
  },
};

/**
 * A client that reconnects for ever and fails fast in between: a command sent while Redis is unavailable rejects at once.
 * One line is logged when Redis becomes unavailable and one when it is available again.
 */
export function redisClient({ REDIS_URL: url, REDIS_CLUSTER: cluster }: RedisAddress, log: Logger): RedisClient {
  const client =
    cluster === 'on' ? clusterClient(urlsIn(url), CONNECTION) : unconnected.duplicate({ url, ...CONNECTION });
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

/** A comma may be part of a password, so the next URL has to begin behind it. */
export const urlsIn = (list: string): string[] => list.split(/,(?=rediss?:\/\/)/);

/**
 * For transactions: the client refuses commands while Redis is unavailable, but keeps transactions, any number of them, and
 * sends them later.
 * @throws ClientOfflineError when Redis is unavailable
 */
export function connected(redis: RedisClient): RedisClient {
  if (!redis.isReady) throw new ClientOfflineError();
  return redis;
}
