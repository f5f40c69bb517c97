import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createApiKey, followApiKeys } from '@mcp-gateway/identity';
import { redisClient } from '@mcp-gateway/platform/redis';
import { guessOf, PEPPER, publishedKeys } from '../support/api-keys.js';
import { afterTest } from '../support/clean-up.js';
import { open, send } from '../support/http.js';
import { silent } from '../support/postgres.js';
import { redisLine } from '../support/redis-line.js';
import { freshPrefix, sharedRedis } from '../support/redis.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { type DataPlaneOptions, startGateway } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { begin, message, openStream } from './support/rpc.js';
import { routeTo, startUpstream } from './support/upstream.js';

const PING = message('ping');
const TEAM = { createdBy: 'alice', requiredRoles: ['team'] };
const peppers = () => [PEPPER];
/** Without an issuer that answers: API keys need none. */
const ISSUERS = [{ issuer: 'https://issuer.invalid', audiences: ['gateway'] }];

async function gatewayWithKeys(options: DataPlaneOptions = {}) {
  const replica = await startReplica({ events: true });
  const plain = await startUpstream((_req, res) =>
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":1,"result":{}}'),
  );
  const gateway = await startGateway({
    routes: [
      routeTo(replica.endpoint, TEAM),
      routeTo(plain.endpoint, { ...TEAM, name: 'plain', resourceId: 'adapter-2', affinity: 'none' }),
    ],
    issuers: ISSUERS,
    apiKeyPeppers: peppers,
    ...options,
  });
  const published = publishedKeys(gateway.redis, gateway.prefix);
  await published.publishAll();
  const mcp = `${gateway.url}/adapters/echo/mcp`;
  const ping = (headers: Record<string, string>, url = gateway.url) =>
    send(`${url}/adapters/plain/mcp`, { headers, body: PING });
  return { gateway, plain, mcp, ping, ...published };
}

/** The keys as a data plane follows them, which has published them itself. */
async function keysAlone(url?: string, now?: () => number) {
  const redis = redisClient({ REDIS_URL: url ?? (await sharedRedis()).url }, silent);
  await redis.connect();
  afterTest(() => redis.isOpen && redis.destroy());
  const prefix = freshPrefix();
  const published = publishedKeys(redis, prefix);
  await published.publishAll();
  const table = followApiKeys({ redis, prefix, peppers, log: silent, now });
  afterTest(() => table.close());
  return { ...published, table, redis, sealed: `{${prefix}:api-keys}` };
}

const header = (text: string) => ({ 'x-api-key': text });
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status);

describe('an API key', () => {
  it('signs in by X-API-Key and by Authorization, as its creator with its own roles, in every mode', async () => {
    for (const issuers of [ISSUERS, undefined]) {
      const { create, ping, plain } = await gatewayWithKeys({ issuers } as object);
      const { text } = await create();
      for (const headers of [header(text), { authorization: `Bearer ${text}` }]) {
        const answer = await ping({ ...headers, 'x-dev-roles': 'mcp.admin' });
        expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"result"')]);
        const seen = plain.seen.at(-1);
        const caller = ['x-mcp-userid', 'x-mcp-username', 'x-mcp-roles'].map((name) => seen?.header(name));
        expect(caller).toEqual([['bob'], ['Bob'], ['team']]);
        expect(JSON.stringify(seen?.headers)).not.toContain('mcpgw_');
      }
    }
  });

  it('leaves the X-API-Key of a server to the server', async () => {
    const { create, ping, plain } = await gatewayWithKeys();
    const { text } = await create();
    await ping({ authorization: `Bearer ${text}`, 'x-api-key': 'sk-of-the-server' });
    expect(plain.seen.at(-1)?.header('x-api-key')).toEqual(['sk-of-the-server']);
  });

  it.each([
    ['that does not exist', async () => createApiKey().text],
    ['with a typing error', async ({ create }: Published) => `${(await create()).text.slice(0, -1)}x`],
    ['that has expired', async ({ create }: Published) => (await create({ expiresAt: 1 })).text],
    ['with another secret', async ({ create }: Published) => guessOf((await create()).id)],
  ])('is refused %s', async (_what, make) => {
    const gateway = await gatewayWithKeys();
    const answer = await gateway.ping(header(await make(gateway)));
    expect(answer.status).toBe(401);
    expect(answer.header('www-authenticate')).toMatch(/^Bearer resource_metadata="[^"]+", error="invalid_token", /);
    expect(answer.text).toMatch(
      /the API key (is not known, has expired or was revoked|has a typing error, or is not whole)/,
    );
    expect(answer.text).not.toContain('mcpgw_');
  });

  it('that someone changes in Redis, or writes there, is refused', async () => {
    const { create, ping, gateway } = await gatewayWithKeys();
    const { text, id } = await create({ roles: [] });
    const at = `{${gateway.prefix}:api-keys}`;
    const json = JSON.parse((await gateway.redis.hGet(at, id)) ?? '') as object;
    await gateway.redis.hSet(at, id, JSON.stringify({ ...json, roles: ['team'] }));
    expect((await ping(header(text))).status).toBe(401);
    const other = publishedKeys(gateway.redis, gateway.prefix, () => [randomBytes(32)]);
    expect((await ping(header((await other.create()).text))).status).toBe(401);
  });

  it('may use no other resources than those in its scope, and none that its roles do not permit', async () => {
    const { create, ping } = await gatewayWithKeys();
    const scoped = async (name: string, roles = ['team']) =>
      (await ping(header((await create({ roles, resources: [{ kind: 'adapter', name }] })).text))).status;
    expect([await scoped('plain'), await scoped('other'), await scoped('echo', ['mcp.admin'])]).toEqual([
      200, 404, 404,
    ]);
    expect([await scoped('plain', []), await scoped('plain', ['mcp.admin'])]).toEqual([404, 200]);
  });

  it('holds a session that belongs to its subject, so that another key of the same creator goes on with it', async () => {
    const { create, gateway, mcp } = await gatewayWithKeys();
    const session = await begin(gateway.url, header((await create()).text));
    const call = (text: string) =>
      send(mcp, { headers: { ...header(text), 'Mcp-Session-Id': session }, body: message('tools/list') });
    const answers = [await call((await create()).text), await call((await create({ subject: 'carol' })).text)];
    expect(statuses(answers)).toEqual([200, 404]);
  });

  it('rotates its pepper without an outage: each data plane needs one of those that sealed it', async () => {
    const next = randomBytes(32);
    let current = [PEPPER];
    const { gateway, ping } = await gatewayWithKeys();
    const { create, publishAll } = publishedKeys(gateway.redis, gateway.prefix, () => current);
    const { text } = await create();
    const rotated = await gateway.join({ apiKeyPeppers: () => [next, PEPPER] });
    const after = await gateway.join({ apiKeyPeppers: () => [next] });
    const on = async (...urls: string[]) => statuses(await Promise.all(urls.map((url) => ping(header(text), url))));
    expect(await on(gateway.url, rotated.url, after.url)).toEqual([200, 200, 401]);
    current = [next, PEPPER];
    await publishAll();
    expect(await on(gateway.url, rotated.url, after.url)).toEqual([200, 200, 200]);
  });
});

type Published = Pick<Awaited<ReturnType<typeof gatewayWithKeys>>, 'create'>;

describe('a revoked API key', () => {
  it('is refused at once by every data plane, and ends its open streams and calls, and no others', async () => {
    const upstream = await startUpstream(async (req, res) => {
      if (req.method === 'POST') for await (const _ of req);
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write(': begun\n\n');
    });
    const { gateway, ...keys } = await gatewayWithKeys();
    const quiet = { ...TEAM, affinity: 'none' as const };
    await gateway.publish(routeTo(upstream.endpoint, quiet), routeTo(keys.plain.endpoint, { ...quiet, name: 'plain' }));
    const second = await gateway.join();
    const [one, other] = [await keys.create(), await keys.create()];
    const begun = async (url: string, method: string, text: string) => {
      const body = method === 'POST' ? { body: message('tools/call', {}, 'c') } : {};
      const stream = await open(`${url}/adapters/echo/mcp`, { method, headers: header(text), ...body });
      const state = { isOver: false, text: '' };
      stream.on('data', (chunk: Buffer) => (state.text += chunk.toString()));
      stream.once('close', () => (state.isOver = true));
      await waitFor('the stream', () => state.text !== '');
      return state;
    };
    const streams: Awaited<ReturnType<typeof begun>>[] = [];
    for (const { url } of [gateway, second]) {
      for (const method of ['GET', 'POST']) streams.push(await begun(url, method, one.text));
    }
    const kept = await begun(gateway.url, 'GET', other.text);
    await keys.revoke(one.id);
    await becomesTrue('the end', () => expect(streams.map(({ isOver }) => isOver)).toEqual([true, true, true, true]));
    expect(kept.isOver).toBe(false);
    const answers = [gateway, second].map(({ url }) => keys.ping(header(one.text), url));
    expect(statuses(await Promise.all(answers))).toEqual([401, 401]);
  });

  it('does not come back by a publisher that has read the rows before', async () => {
    const { create, revoke, publisher, ping } = await gatewayWithKeys();
    const { id, text, key } = await create();
    await revoke(id);
    await publisher.publishAll({ all: async () => [key], existing: async () => new Set() });
    expect((await ping(header(text))).status).toBe(401);
  });

  it('leaves no last use behind, also when a data plane has not heard of it', async () => {
    const { create, publisher, table, redis, sealed } = await keysAlone();
    const [gone, other] = [await create(), await create()];
    for (const { id, key } of [gone, other]) await table.verify({ id, hash: key.hash });
    await redis.hDel(sealed, gone.id);
    await table.close();
    expect([...(await publisher.lastUses([gone.id, other.id])).keys()]).toEqual([other.id]);
  });
});

it('a pass keeps a key that is newer than what it has read', async () => {
  const { create, publisher, redis, sealed } = await keysAlone();
  const { id } = await create();
  await publisher.publishAll({ all: async () => [], existing: async () => new Set([id]) });
  expect(await redis.hKeys(sealed)).toEqual([id]);
  await publisher.publishAll({ all: async () => [], existing: async () => new Set() });
  expect(await redis.hKeys(sealed)).toEqual([]);
});

describe('while Redis is away', () => {
  it('known keys go on for an hour', async () => {
    const line = await redisLine();
    let minutes = 0;
    const { create, table, redis } = await keysAlone(line.url, () => Date.now() + minutes * 60_000);
    const { id, key } = await create({ expiresAt: Date.now() });
    await table.verify({ id, hash: key.hash });
    line.cut();
    await waitFor('the outage', () => !redis.isReady);
    minutes = 59;
    expect(table.remembered(key.hash)).toBeDefined();
    minutes = 61;
    expect(table.remembered(key.hash)).toBeUndefined();
    line.restore();
    await becomesTrue('the key to hold again', () => expect(table.remembered(key.hash)).toBeDefined());
  });

  it('known keys go on, unknown ones get 503, and a revocation in the meantime is learned afterwards', async () => {
    const line = await redisLine();
    const { gateway, create, revoke, ping } = await gatewayWithKeys({ redisUrl: line.url });
    const [known, revoked, unknown] = [await create(), await create(), await create()];
    for (const { text } of [known, revoked]) expect((await ping(header(text))).status).toBe(200);
    const session = await begin(gateway.url, header(revoked.text));
    const stream = await openStream(gateway.url, session, header(revoked.text));
    const over = new Promise((resolve) => stream.once('close', resolve));
    stream.resume();
    line.cut();
    await waitFor('the outage', async () => (await ping(header(unknown.text))).status === 503);
    const refused = await ping(header(unknown.text));
    expect([refused.header('retry-after'), refused.text]).toEqual(['2', expect.stringContaining('cannot be verified')]);
    expect((await ping(header(known.text))).status).toBe(200);
    await revoke(revoked.id);
    line.restore();
    await over;
    await becomesTrue('the new state', async () => {
      const answers = [known, revoked, unknown].map(({ text }) => ping(header(text)));
      expect(statuses(await Promise.all(answers))).toEqual([200, 401, 200]);
    });
  });

  it('and when it comes back empty, known keys go on and others get 503 until the keys are published again', async () => {
    const { gateway, create, ping, publishAll } = await gatewayWithKeys();
    const [known, other] = [await create(), await create()];
    expect((await ping(header(known.text))).status).toBe(200);
    await gateway.redis.del([`{${gateway.prefix}:api-keys}`, `{${gateway.prefix}:api-keys}:complete`]);
    expect(statuses([await ping(header(known.text)), await ping(header(other.text))])).toEqual([200, 503]);
    await publishAll();
    expect((await ping(header(other.text))).status).toBe(200);
  });
});

describe('failures', () => {
  it('from one address lead to 429, on MCP paths and the management API, and do not touch keys in use', async () => {
    const { create, ping, gateway } = await gatewayWithKeys();
    const [known, fresh] = [await create(), await create()];
    expect((await ping(header(known.text))).status).toBe(200);
    for (let i = 0; i < 10; i += 1) {
      expect((await ping(header(createApiKey().text))).status).toBe(401);
      const managed = await send(`${gateway.url}/adapters`, { method: 'GET', headers: header(createApiKey().text) });
      expect([managed.status, managed.header('content-type')]).toEqual([401, 'application/problem+json']);
    }
    const refused = await ping(header(fresh.text));
    expect([refused.status, refused.text]).toEqual([429, expect.stringContaining('TOO_MANY_FAILURES')]);
    expect(Number(refused.header('retry-after'))).toBeGreaterThan(0);
    expect((await ping(header(known.text))).status).toBe(200);
  });

  it('count by the client that a trusted proxy names', async () => {
    const { create, ping } = await gatewayWithKeys({ trustedProxies: ['127.0.0.1'] });
    const { text } = await create();
    for (let i = 0; i < 20; i += 1) await ping({ ...header(createApiKey().text), 'x-forwarded-for': '192.0.2.1' });
    const from = (address: string) => ping({ ...header(text), 'x-forwarded-for': address });
    expect(statuses([await from('192.0.2.1'), await from('192.0.2.2')])).toEqual([429, 200]);
  });
});

it('without peppers there are no API keys, and a token of an issuer is still asked for', async () => {
  const { create, ping } = await gatewayWithKeys({ apiKeyPeppers: undefined } as object);
  const { text } = await create();
  expect(statuses([await ping(header(text)), await ping({ authorization: `Bearer ${text}` })])).toEqual([401, 401]);
});
