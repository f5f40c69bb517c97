import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PublishedRoute } from '@mcp-gateway/common/contracts';
import { routePublisher } from '@mcp-gateway/routing';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { startGateway } from '../data-plane/support/gateway.js';
import { PER_DAY, setQuotas } from '../data-plane/support/quotas.js';
import { INITIALIZE } from '../data-plane/support/session-server.js';
import { WITH_SECRET } from '../data-plane/support/tool-router.js';
import { PEPPER, publishedKeys } from '../support/api-keys.js';
import { connect, type Session } from '../support/clients.js';
import { send } from '../support/http.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { modernThrough, startRouterOf } from './support/behind-data-planes.js';
import { httpTool, startHttpTool } from './support/servers.js';

const BOB = { 'x-dev-userid': 'bob', 'x-dev-roles': 'team' };
const MALLORY = { 'x-dev-userid': 'mallory', 'x-dev-roles': 'none' };
const call = { name: 'weather', arguments: { city: 'Oslo' } };
/** A client keeps a list for as long as the answer permits. */
const FRESH = { cacheMode: 'refresh' } as const;

/** Two data planes, two tool routers, and the tool `weather`, which the role `team` may use. */
async function setUp(options: Parameters<typeof startGateway>[0] = {}) {
  const server = await startHttpTool((_, res) => res.end('sunny'));
  const gateway = await startGateway({ ...WITH_SECRET, ...options });
  const second = await gateway.join();
  const planes = [gateway, second];
  const publisher = routePublisher(gateway.redis, gateway.prefix);
  const publish = async (name: string, more: Partial<PublishedRoute> = {}) => {
    const endpoints = [{ id: `${name}-0`, url: server.url, ready: true }];
    const fields = { resourceId: `id-of-${name}`, generation: 1, createdBy: 'alice', requiredRoles: ['team'] };
    const route = { kind: 'tool' as const, name, ...fields, affinity: 'none' as const, path: '/score', endpoints };
    const version = { createdAt: new Date(1), generation: 1, run: await publisher.beginRun() };
    await publisher.publish({ route: { ...route, ...more }, definition: httpTool(name), version });
  };
  await publish('weather');
  const running = [await startRouterOf(gateway, planes), await startRouterOf(gateway, planes)];
  let turn = 0;
  /** Sends each request to the other data plane. */
  const inTurn: typeof fetch = (url, init) => {
    const { pathname, search } = new URL(url instanceof Request ? url.url : url);
    return fetch(planes[turn++ % 2]?.url + pathname + search, init);
  };
  const mcp = `${gateway.url}/mcp`;
  return { gateway, server, publish, running, planes, inTurn, mcp };
}

const namesIn = ({ tools }: { tools: { name: string }[] }) => tools.map(({ name }) => name);

describe('with two data planes and two tool routers', () => {
  let parts: Awaited<ReturnType<typeof setUp>>;
  beforeEach(async () => {
    parts = await setUp();
  });

  it('clients of both eras list and call a tool, whichever data plane gets a request', async () => {
    const { mcp, inTurn, server } = parts;
    const legacy = await connect(mcp, { headers: BOB, fetch: inTurn });
    const stateless = await modernThrough(mcp, BOB, { fetch: inTurn });
    for (let round = 0; round < 2; round += 1) {
      expect(namesIn(await legacy.client.listTools())).toEqual(['weather']);
      expect(namesIn(await stateless.listTools(undefined, FRESH))).toEqual(['weather']);
      for (const result of [await legacy.client.callTool(call), await stateless.callTool(call)])
        expect(result.content).toEqual([{ type: 'text', text: 'sunny' }]);
    }
    expect(server.received).toHaveLength(4);
    expect(server.received[0]?.headers).toMatchObject({ 'x-mcp-userid': 'bob' });
  });

  it('a caller sees and calls nothing that it may not use', async () => {
    const { mcp, inTurn, server } = parts;
    const legacy = await connect(mcp, { headers: MALLORY, fetch: inTurn });
    const stateless = await modernThrough(mcp, MALLORY, { fetch: inTurn });
    expect([namesIn(await legacy.client.listTools()), namesIn(await stateless.listTools())]).toEqual([[], []]);
    await expect(legacy.client.callTool(call)).rejects.toThrow(/weather/);
    await expect(stateless.callTool(call)).rejects.toThrow(/weather/);
    expect(server.received).toEqual([]);
  });

  it('a change of permissions reaches a live session within a second', async () => {
    const { mcp, inTurn, publish, server } = parts;
    let changes = 0;
    let isListening = false;
    const { client } = await connect(mcp, {
      headers: BOB,
      async fetch(url, init) {
        const answer = await inTurn(url, init);
        isListening ||= init?.method === 'GET' && answer.ok;
        return answer;
      },
      prepare: (prepared) => prepared.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++),
    });
    expect(namesIn(await client.listTools())).toEqual(['weather']);
    await waitFor('the stream for announcements', () => isListening);
    await publish('weather', { requiredRoles: ['others'] });
    await becomesTrue('the announcement', () => expect(changes).toBe(1), 1_000);
    expect(namesIn(await client.listTools())).toEqual([]);
    await expect(client.callTool(call)).rejects.toThrow(/weather/);
    await publish('weather', { requiredRoles: ['team'] });
    await becomesTrue('the next one', () => expect(changes).toBe(2), 1_000);
    expect(namesIn(await client.listTools())).toEqual(['weather']);
    expect(server.received).toEqual([]);
  });

  it('sessions go on under their ids when a tool router is killed', async () => {
    const { mcp, inTurn, running, server } = parts;
    const sessions: Session[] = [];
    for (let i = 0; i < 6; i += 1) sessions.push(await connect(mcp, { headers: BOB, fetch: inTurn }));
    const ids = sessions.map(({ transport }) => transport.sessionId);
    await running[0]?.kill();
    for (const { client } of sessions) {
      expect(namesIn(await client.listTools())).toEqual(['weather']);
      expect((await client.callTool(call)).content).toEqual([{ type: 'text', text: 'sunny' }]);
    }
    expect(sessions.map(({ transport }) => transport.sessionId)).toEqual(ids);
    expect(server.received).toHaveLength(6);
    expect(namesIn(await (await modernThrough(mcp, BOB, { fetch: inTurn })).listTools())).toEqual(['weather']);
  });

  it('a call beyond the quota of the tool is refused by the data plane', async () => {
    const { mcp, gateway, planes, inTurn, server } = parts;
    await setQuotas(gateway, { default: { perTool: PER_DAY(1) } }, ...planes.slice(1));
    const stateless = await modernThrough(mcp, BOB, { fetch: inTurn });
    await stateless.callTool(call);
    await expect(stateless.callTool(call)).rejects.toThrow(/quota|429/i);
    expect(server.received).toHaveLength(1);
  });
});

it('an API key that is restricted to a tool lists and calls that tool alone', async () => {
  const { gateway, mcp, inTurn, publish } = await setUp({ apiKeyPeppers: () => [PEPPER] });
  await publish('forecast');
  const keys = publishedKeys(gateway.redis, gateway.prefix);
  await keys.publishAll();
  const { text: whole } = await keys.create();
  const { text: part, id } = await keys.create({ resources: [{ kind: 'tool', name: 'weather' }] });
  const all = await modernThrough(mcp, { 'x-api-key': whole }, { fetch: inTurn });
  await becomesTrue('both tools', async () =>
    expect(namesIn(await all.listTools(undefined, FRESH))).toEqual(['forecast', 'weather']),
  );
  const restricted = await connect(mcp, { headers: { 'x-api-key': part }, fetch: inTurn });
  expect(namesIn(await restricted.client.listTools())).toEqual(['weather']);
  await expect(restricted.client.callTool({ ...call, name: 'forecast' })).rejects.toThrow(/forecast/);
  expect((await restricted.client.callTool(call)).content).toEqual([{ type: 'text', text: 'sunny' }]);
  await keys.revoke(id);
  await becomesTrue('its end', () =>
    expect(restricted.client.listTools()).rejects.toThrow(/revoked|Unauthorized|401|no such key/i),
  );
});

it('a client without a token learns where to get one for /mcp and for a toolset', async () => {
  const issuers = [{ issuer: 'https://issuer.invalid', audiences: ['gateway'] }];
  const gateway = await startGateway({ ...WITH_SECRET, issuers });
  for (const path of ['/mcp', '/mcp/t/support']) {
    const refused = await send(gateway.url + path, { body: INITIALIZE, headers: { host: 'localhost:8000' } });
    const metadata = `http://localhost:8000/.well-known/oauth-protected-resource${path}`;
    expect([refused.status, refused.header('www-authenticate')]).toEqual([
      401,
      expect.stringContaining(`resource_metadata="${metadata}"`),
    ]);
    const told = await send(gateway.url + new URL(metadata).pathname, {
      method: 'GET',
      headers: { host: 'localhost:8000' },
    });
    expect(JSON.parse(told.text)).toMatchObject({ resource: `http://localhost:8000${path}` });
  }
});
