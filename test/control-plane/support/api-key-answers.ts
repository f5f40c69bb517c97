import type { ApiKeyRow, ApiKeyRows } from '@mcp-gateway/database';
import type { ApiKeyPublisher } from '@mcp-gateway/identity';
import type { Answer, Caller } from './callers.js';

let isRedisAway = false;
/** Takes everything, until Redis is away. */
export const unheededPublisher: ApiKeyPublisher = {
  publish: async () => {},
  async withdraw() {
    if (isRedisAway) throw new Error('Redis is away');
  },
  publishAll: async () => {},
  lastUses: async () => new Map(),
  isComplete: async () => true,
};

/** Calls the API of keys for each of its documented answers. */
export async function giveApiKeyAnswers(
  given: (operation: string, ...those: Answer[]) => Promise<void>,
  { alice, outage, apiKeys }: { alice: Caller; outage: Caller; apiKeys: ApiKeyRows },
) {
  const create = (body: unknown, by = alice, headers = {}) => by.call('POST', '/api-keys', body, headers);
  const wanted = { name: 'nightly' };
  const created = [await create(wanted), await create(wanted)];
  const [first, second] = created.map(({ json }) => `/api-keys/${json.id}`) as [string, string];
  const row = (await apiKeys.find(created[0]?.json.id as string)) as ApiKeyRow;
  for (let at = 0; at < 98; at += 1) await apiKeys.create({ ...row, id: `many-${at}` });
  await given(
    'POST /api-keys',
    created[0] as Answer,
    await create({}),
    await create({ ...wanted, roles: ['ops'] }),
    await create(wanted),
    await create({ name: 'x'.repeat(1024 * 1024) }),
    await create(wanted, alice, { 'content-type': 'text/plain' }),
    await create(wanted, outage),
  );
  await given(
    'GET /api-keys',
    await alice.get('/api-keys?limit=1'),
    await alice.get('/api-keys?limit=0'),
    await outage.get('/api-keys'),
  );
  await given('GET /api-keys/{id}', await alice.get(first), await alice.get('/api-keys/x'), await outage.get(first));
  const gone = await alice.call('DELETE', first);
  isRedisAway = true;
  await given(
    'DELETE /api-keys/{id}',
    gone,
    await alice.call('DELETE', second),
    await alice.call('DELETE', second),
    await outage.call('DELETE', second),
  );
}
