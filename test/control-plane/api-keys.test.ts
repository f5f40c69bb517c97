import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { apiKeyPublisher, keepApiKeysPublished } from '@mcp-gateway/identity';
import { redisClient } from '@mcp-gateway/platform/redis';
import { guessOf, PEPPER } from '../support/api-keys.js';
import { afterTest } from '../support/clean-up.js';
import { open } from '../support/http.js';
import { silent } from '../support/postgres.js';
import { redisLine } from '../support/redis-line.js';
import { connectRedis, freshPrefix, sharedRedis } from '../support/redis.js';
import { becomesTrue } from '../support/wait.js';
import { type Answer, caller, problem } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';
import { apiKeySource } from './support/sources.js';

const DAY_MS = 24 * 3_600_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

interface Options {
  url?: string;
  maxDays?: number;
  trustedProxies?: string[];
}

async function start({ url, maxDays = 365, trustedProxies = [] }: Options = {}) {
  const redis = redisClient({ REDIS_URL: url ?? (await sharedRedis()).url }, silent);
  await redis.connect();
  afterTest(() => redis.isOpen && redis.destroy());
  const prefix = freshPrefix();
  const publisher = apiKeyPublisher(redis, prefix, () => [PEPPER]);
  const plane = await startControlPlane({ logCheckMs: 20, apiKeys: { publisher, maxDays }, trustedProxies });
  const [alice, bob, admin] = [
    caller(plane.url, 'alice', 'team', 'other'),
    caller(plane.url, 'bob'),
    caller(plane.url, 'root', 'mcp.admin'),
  ];
  const create = (by: typeof alice, body: object = {}) => by.call('POST', '/api-keys', { name: 'nightly', ...body });
  /** With an API key and nothing else. */
  const withKey = (key: string, method = 'GET', path = '/adapters', body?: unknown): Promise<Answer> =>
    caller(plane.url, '').call(method, path, body, { 'x-dev-userid': '', 'x-api-key': key });
  const watched = await connectRedis();
  const published = () => watched.hKeys(`{${prefix}:api-keys}`);
  return { ...plane, redis, prefix, publisher, alice, bob, admin, create, withKey, published };
}

const NOT_FOUND = problem(404, 'API_KEY_NOT_FOUND', 'There is no such API key', {
  detail: 'none has this id, or it is not yours; GET /api-keys lists your keys',
});

describe('POST /api-keys', () => {
  it('answers with the key once, and keeps neither it nor anything that it follows from', async () => {
    const { create, alice, database, redis, prefix, published } = await start();
    const answer = await create(alice, { roles: ['TEAM'], resources: [{ kind: 'adapter', name: 'echo' }] });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const { key, ...resource } = answer.json;
    expect(key).toMatch(new RegExp(`^mcpgw_${resource.id}_[\\da-f]{72}$`));
    expect(resource).toEqual({
      id: expect.stringMatching(/^[\da-f]{16}$/),
      name: 'nightly',
      roles: ['TEAM'],
      resources: [{ kind: 'adapter', name: 'echo' }],
      createdBy: 'alice',
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
      lastUsedAt: null,
    });
    expect(Date.parse(resource.expiresAt) - Date.parse(resource.createdAt)).toBe(90 * DAY_MS);
    expect(answer.headers.get('location')).toBe(`/api-keys/${resource.id}`);
    expect((await alice.get(`/api-keys/${resource.id}`)).json).toEqual(resource);
    expect(await published()).toEqual([resource.id]);
    const kept = JSON.stringify([await database.apiKey.findMany(), await redis.hGetAll(`{${prefix}:api-keys}`)]);
    expect(kept).not.toContain(key.slice(23, 60));
  });

  it.each([
    ['a role that the creator has not', { roles: ['team', 'ops'] }, 403, 'you do not have the roles ops yourself'],
    ['mcp.admin of one who is none', { roles: ['mcp.admin'] }, 403, 'you do not have the roles mcp.admin yourself'],
    ['an end beyond the maximum', { expiresAt: inDays(366) }, 400, '#/expiresAt must be at most 365 days from now'],
    ['an end in the past', { expiresAt: inDays(-1) }, 400, '#/expiresAt must be in the future'],
    ['an end that is no time', { expiresAt: 'tomorrow' }, 400, '#/expiresAt must be a time such as'],
    ['an empty scope', { resources: [] }, 400, '#/resources must name a resource, or be absent'],
    ['an unknown kind', { resources: [{ kind: 'x', name: 'echo' }] }, 400, '#/resources/0/kind'],
    ['a role with a comma', { roles: ['a,b'] }, 400, '#/roles/0 must not contain a comma'],
    ['no name', { name: '' }, 400, '#/name must not be empty'],
    ['an unknown field', { subject: 'root' }, 400, 'subject'],
  ])('refuses %s', async (_what, body, status, detail) => {
    const { create, alice, published } = await start();
    const answer = await create(alice, body);
    expect([answer.status, answer.json.detail]).toEqual([status, expect.stringContaining(detail)]);
    expect(await published()).toEqual([]);
  });

  it('lets an administrator give any role', async () => {
    const { create, admin } = await start();
    expect((await create(admin, { roles: ['ops', 'mcp.admin'], expiresAt: inDays(364) })).status).toBe(201);
  });

  it('gives a key that asks for no end the longest time there is, if that is less than 90 days', async () => {
    const { create, alice } = await start({ maxDays: 30 });
    const { createdAt, expiresAt } = (await create(alice)).json;
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(30 * DAY_MS);
  });

  it('bounds the keys of one caller', async () => {
    const { create, alice, bob, database } = await start();
    const { id } = (await create(alice)).json;
    const row = await database.apiKey.findUniqueOrThrow({ where: { id } });
    const resources = [{ kind: 'adapter', name: 'echo' }];
    const more = Array.from({ length: 99 }, (_, at) => ({ ...row, resources, id: at.toString(16).padStart(16, '0') }));
    await database.apiKey.createMany({ data: more });
    expect([(await create(alice)).json.code, (await create(bob)).status]).toEqual(['API_KEY_LIMIT', 201]);
  });
});

const sorted = (ids: string[]) => ids.toSorted((a, b) => (a < b ? -1 : 1));

describe('a caller', () => {
  it('sees and revokes its own keys; an administrator those of all; to others they do not exist', async () => {
    const { create, alice, bob, admin, published } = await start();
    const [one, two] = [(await create(alice)).json, (await create(bob)).json];
    const ids = async (by: typeof alice) => (await by.get('/api-keys')).json.map(({ id }: { id: string }) => id);
    expect([await ids(alice), await ids(bob), await ids(admin)]).toEqual([
      [one.id],
      [two.id],
      sorted([one.id, two.id]),
    ]);
    for (const id of [one.id, 'f'.repeat(16), 'x', '%00']) {
      const [read, removed] = [await bob.get(`/api-keys/${id}`), await bob.call('DELETE', `/api-keys/${id}`)];
      expect([read.json, removed.json]).toEqual([NOT_FOUND, NOT_FOUND]);
    }
    expect((await admin.call('DELETE', `/api-keys/${one.id}`)).status).toBe(204);
    expect((await bob.call('DELETE', `/api-keys/${two.id}`)).status).toBe(204);
    expect((await bob.call('DELETE', `/api-keys/${two.id}`)).status).toBe(404);
    expect(await published()).toEqual([]);
  });

  it('pages through its keys', async () => {
    const { create, alice } = await start();
    const created: string[] = [];
    for (let i = 0; i < 5; i += 1) created.push((await create(alice, { name: `key ${i}` })).json.id);
    const seen: string[] = [];
    for (let path: string | undefined = '/api-keys?limit=2'; path !== undefined;) {
      const page: Answer = await alice.get(path);
      seen.push(...page.json.map(({ id }: { id: string }) => id));
      path = /<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(sorted(created));
  });
});

describe('an API key on the management API', () => {
  it('acts as its creator, with its own roles, on the resources in its scope', async () => {
    const { create, alice, bob, withKey } = await start();
    for (const name of ['mine', 'scoped']) await alice.post(specOf(name));
    await bob.post(specOf('of-bob', { requiredRoles: ['team'] }));
    const [plain, team, scoped] = [
      (await create(alice)).json.key,
      (await create(alice, { roles: ['team'] })).json.key,
      (await create(alice, { roles: ['team'], resources: [{ kind: 'adapter', name: 'scoped' }] })).json.key,
    ];
    const names = async (key: string) => (await withKey(key)).json.map(({ name }: { name: string }) => name);
    expect([await names(plain), await names(team), await names(scoped)]).toEqual([
      ['mine', 'scoped'],
      ['mine', 'of-bob', 'scoped'],
      ['scoped'],
    ]);
    const status = async (...of: Parameters<typeof withKey>) => (await withKey(...of)).status;
    expect(await status(scoped, 'GET', '/adapters/mine')).toBe(404);
    expect(await status(scoped, 'GET', '/adapters/mine/status')).toBe(404);
    expect(await status(scoped, 'DELETE', '/adapters/mine')).toBe(404);
    expect(await status(scoped, 'POST', '/adapters', specOf('another'))).toBe(403);
    expect(await status(scoped, 'PUT', '/adapters/scoped', specOf('scoped', { replicaCount: 2 }))).toBe(200);
    expect((await withKey(plain, 'POST', '/adapters', specOf('new'))).json.createdBy).toBe('alice');
  });

  it('of an administrator with a scope administers that scope, and lists nothing else', async () => {
    const { create, alice, admin, withKey } = await start();
    for (const name of ['one', 'two']) await alice.post(specOf(name));
    const resources = [{ kind: 'adapter', name: 'one' }];
    const { key } = (await create(admin, { roles: ['mcp.admin'], resources })).json;
    expect((await withKey(key)).json.map(({ name }: { name: string }) => name)).toEqual(['one']);
    expect((await withKey(key, 'DELETE', '/adapters/two')).status).toBe(404);
    expect((await withKey(key, 'DELETE', '/adapters/one')).status).toBe(204);
  });

  it('with a scope administers no tenant', async () => {
    const { create, alice, admin, withKey } = await start();
    await admin.call('POST', '/tenants', { id: 'one', admins: { subjects: ['alice'] } });
    const [whole, scoped] = [
      (await create(alice)).json.key,
      (await create(alice, { resources: [{ kind: 'adapter', name: 'x' }] })).json.key,
    ];
    const quota = async (key: string) => (await withKey(key, 'PUT', '/tenants/one/quota', {})).status;
    expect([await quota(scoped), (await withKey(scoped, 'GET', '/tenants')).json]).toEqual([404, []]);
    expect((await withKey(whole, 'GET', '/tenants')).json).toHaveLength(1);
  });

  it('creates no keys, sees no other key than itself, and can revoke itself', async () => {
    const { create, admin, withKey } = await start();
    const [{ key, id }, other] = [(await create(admin, { roles: ['mcp.admin'] })).json, (await create(admin)).json];
    const made = await withKey(key, 'POST', '/api-keys', { name: 'child' });
    expect([made.status, made.json.detail]).toEqual([
      403,
      expect.stringContaining('an API key cannot create API keys'),
    ]);
    expect((await withKey(key, 'GET', '/api-keys')).json.map((each: { id: string }) => each.id)).toEqual([id]);
    expect((await withKey(key, 'DELETE', `/api-keys/${other.id}`)).status).toBe(404);
    expect((await withKey(key, 'DELETE', `/api-keys/${id}`)).status).toBe(204);
    expect((await withKey(key, 'GET', '/api-keys')).status).toBe(401);
  });

  it('is refused once it has expired or was revoked, and with another secret, whatever else the request says', async () => {
    const { create, alice, withKey, database } = await start();
    const keys = [await create(alice), await create(alice), await create(alice)].map(({ json }) => json);
    const [expired, revoked, good] = keys;
    await database.apiKey.update({ where: { id: expired.id }, data: { expiresAt: new Date(Date.now() - 1_000) } });
    await alice.call('DELETE', `/api-keys/${revoked.id}`);
    for (const key of [expired.key, revoked.key, guessOf(good.id)]) {
      expect((await withKey(key)).json.code).toBe('SIGN_IN_REQUIRED');
      expect((await alice.get('/adapters', { 'x-api-key': key })).status).toBe(401);
    }
  });

  it('follows logs until it is revoked', async () => {
    const { create, alice, url, logs } = await start();
    const folder = join(logs, `adapter.echo.${(await alice.post(specOf('echo'))).json.id}`);
    await mkdir(folder);
    await writeFile(join(folder, '0.log'), 'first\n');
    const { id, key } = (await create(alice)).json;
    const follow = { method: 'GET', headers: { 'x-api-key': key } };
    const input = await open(`${url}/adapters/echo/logs?follow=true`, follow);
    const lines = createInterface({ input })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('first');
    await alice.call('DELETE', `/api-keys/${id}`);
    expect((await lines.next()).done).toBe(true);
  });

  it('leads to 429 after 20 failures of one client', async () => {
    const { create, alice } = await start({ trustedProxies: ['127.0.0.0/8', '::1'] });
    const { key } = (await create(alice)).json;
    const from = async (address: string, used: string) =>
      (await alice.get('/adapters', { 'x-api-key': used, 'x-forwarded-for': address })).status;
    for (let i = 0; i < 20; i += 1) expect(await from('192.0.2.1', `${key.slice(0, -1)}x`)).toBe(401);
    expect([await from('192.0.2.1', key), await from('192.0.2.2', key)]).toEqual([429, 200]);
  });
});

describe('Redis', () => {
  it('that is away stops no creation; a revocation is answered with 202, and both arrive once Redis is back', async () => {
    const line = await redisLine();
    const { create, alice, withKey, redis, publisher, apiKeys, published } = await start({ url: line.url });
    const gone = (await create(alice)).json;
    const stop = keepApiKeysPublished({ redis, publisher, source: apiKeySource(apiKeys), log: silent });
    afterTest(stop);
    await becomesTrue('the first pass', async () => expect(await publisher.isComplete()).toBe(true));
    line.cut();
    await becomesTrue('the outage', () => expect(redis.isReady).toBe(false));
    expect((await alice.call('DELETE', `/api-keys/${gone.id}`)).status).toBe(202);
    expect((await withKey(gone.key)).status).toBe(401);
    const made = (await create(alice)).json;
    expect((await withKey(made.key)).status).toBe(200);
    line.restore();
    await becomesTrue('both', async () => expect(await published()).toEqual([made.id]));
  });

  it('gets the keys sealed anew as soon as a pepper changes', async () => {
    const { create, alice, redis, prefix, apiKeys } = await start();
    const { id } = (await create(alice)).json;
    const next = randomBytes(32);
    let peppers = [PEPPER];
    const publisher = apiKeyPublisher(redis, prefix, () => peppers);
    const timing = { checkMs: 20 };
    afterTest(keepApiKeysPublished({ redis, publisher, source: apiKeySource(apiKeys), log: silent }, timing));
    await becomesTrue('the first pass', async () => expect(await publisher.isComplete()).toBe(true));
    const sealed = () => redis.hGet(`{${prefix}:api-keys}`, id);
    const before = await sealed();
    peppers = [next, PEPPER];
    await becomesTrue('the new seal', async () => expect(await sealed()).not.toBe(before));
  });

  it('that was emptied gets the keys again', async () => {
    const { create, alice, redis, prefix, publisher, apiKeys, published } = await start();
    const { id } = (await create(alice)).json;
    const timing = { checkMs: 20 };
    afterTest(keepApiKeysPublished({ redis, publisher, source: apiKeySource(apiKeys), log: silent }, timing));
    await becomesTrue('the first pass', async () => expect(await publisher.isComplete()).toBe(true));
    await redis.del([`{${prefix}:api-keys}`, `{${prefix}:api-keys}:complete`]);
    await becomesTrue('the keys', async () => expect(await published()).toEqual([id]));
  });
});

it('without peppers there are no API keys', async () => {
  const { url } = await startControlPlane();
  expect((await caller(url, 'alice').get('/api-keys')).status).toBe(404);
});
