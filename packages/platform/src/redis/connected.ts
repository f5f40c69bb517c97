import { ClientOfflineError } from 'redis';
import type { RedisClient } from './client.js';

/**
 * For transactions: the client refuses commands while Redis is away, but keeps transactions, any number of them, and sends them
 * when it is back.
 * @throws ClientOfflineError when Redis is away
 */
export function connected(redis: RedisClient): RedisClient {
  if (!redis.isReady) throw new ClientOfflineError();
  return redis;
}
