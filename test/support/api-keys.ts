import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type ApiKey, apiKeyPublisher, createApiKey } from '@mcp-gateway/identity';
import type { RedisClient } from '@mcp-gateway/platform/redis';

export const PEPPER = randomBytes(32);

/** A key without a typing error, with the id of another key and a secret that somebody guesses. */
export function guessOf(id: string): string {
  const unchecked = `mcpgw_${id}_${randomBytes(32).toString('hex')}`;
  return unchecked + crc32(unchecked).toString(16).padStart(8, '0');
}

/** API keys in Redis, as the control plane publishes them. */
export function publishedKeys(redis: RedisClient, prefix: string, peppers: () => readonly Buffer[] = () => [PEPPER]) {
  const keys = new Map<string, ApiKey>();
  const publisher = apiKeyPublisher(redis, prefix, peppers);
  const publishAll = () =>
    publisher.publishAll({
      all: async () => [...keys.values()],
      existing: async (ids) => new Set(ids.filter((id) => keys.has(id))),
    });
  return {
    keys,
    publisher,
    publishAll,
    /** Creates a key of bob, and returns its text and its id. */
    async create(more: Partial<ApiKey> = {}) {
      const { text, id, hash } = createApiKey();
      const expiresAt = Math.floor(Date.now() / 1000) + 3_600;
      const rights = { roles: ['team'], resources: null, expiresAt };
      const key: ApiKey = { id, hash, subject: 'bob', name: 'Bob', tenant: 'default', ...rights, ...more };
      keys.set(id, key);
      await publisher.publish(key);
      return { id, text, key };
    },
    /** Makes Redis as it is when it was emptied. */
    empty: () => redis.del([`{${prefix}:api-keys}`, `{${prefix}:api-keys}:complete`]),
    async revoke(id: string) {
      keys.delete(id);
      await publisher.withdraw(id);
    },
  };
}
