import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ApiKeyCreated, ApiKeyResource } from '@mcp-gateway/common/contracts';
import { apiKeyPublisher, followApiKeys } from '@mcp-gateway/identity';
import { redisClient } from '@mcp-gateway/platform/redis';
import { PEPPER } from '../support/api-keys.js';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { freshPrefix, sharedRedis } from '../support/redis.js';
import { becomesTrue } from '../support/wait.js';
import { caller } from './support/callers.js';
import { startControlPlane } from './support/control-plane.js';

async function start() {
  const redis = redisClient({ REDIS_URL: (await sharedRedis()).url }, silent);
  await redis.connect();
  afterTest(() => redis.isOpen && redis.destroy());
  const prefix = freshPrefix();
  const publisher = apiKeyPublisher(redis, prefix, () => [PEPPER]);
  const { url } = await startControlPlane({ apiKeys: { publisher, maxDays: 365 } });
  const alice = caller(url, 'alice');
  const create = async () => (await alice.call('POST', '/api-keys', { name: 'nightly' })).json as ApiKeyCreated;
  return { redis, prefix, alice, create };
}

describe('lastUsedAt of an API key', () => {
  it('is shown once a data plane has reported the use, and goes with the key', async () => {
    const { create, alice, prefix, redis } = await start();
    const [used, idle] = [await create(), await create()];
    const START = Date.parse('2026-11-01T10:00:00.900Z');
    let now = () => START;
    const table = () =>
      followApiKeys({ redis, prefix, peppers: () => [PEPPER], log: silent, reportEveryMs: 20, now: () => now() });
    const [first, second] = [table(), table()];
    afterTest(() => Promise.all([first.close(), second.close()]));
    const key = { id: used.id, hash: createHash('sha256').update(used.key).digest('base64') };
    const shown = async (id: string) => (await alice.get(`/api-keys/${id}`)).json.lastUsedAt;
    await first.verify(key);
    await becomesTrue('the use', async () => expect(await shown(used.id)).toBe('2026-11-01T10:00:00.000Z'));
    now = () => START + 90_000;
    expect(first.remembered(key.hash)).toBeDefined();
    await becomesTrue('the next', async () => expect(await shown(used.id)).toBe('2026-11-01T10:01:30.000Z'));
    now = () => START; // another data plane that reports an earlier use later
    await second.verify(key);
    await second.close();
    const listed = (await alice.get('/api-keys')).json.map(({ id, lastUsedAt }: ApiKeyResource) => [id, lastUsedAt]);
    expect(Object.fromEntries(listed)).toEqual({ [used.id]: '2026-11-01T10:01:30.000Z', [idle.id]: null });
    await alice.call('DELETE', `/api-keys/${used.id}`);
    expect(await redis.hGetAll(`{${prefix}:api-keys}:uses`)).toEqual({});
  });

  it('is null while Redis is away', async () => {
    const { create, alice, redis } = await start();
    const { id } = await create();
    redis.destroy();
    const answer = await alice.get(`/api-keys/${id}`);
    expect([answer.status, answer.json.lastUsedAt]).toEqual([200, null]);
  });
});
