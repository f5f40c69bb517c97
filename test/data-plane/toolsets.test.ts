import { beforeEach, describe, expect, it } from '@jest/globals';
import { principalReader } from '@mcp-gateway/identity';
import { PEPPER, publishedKeys } from '../support/api-keys.js';
import { callText, connect } from '../support/clients.js';
import { open, send } from '../support/http.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { type Gateway, startGateway } from './support/gateway.js';
import { message } from './support/rpc.js';
import { startSdkServer, type SdkServer } from './support/sdk-server.js';
import { INITIALIZE, lastSeen, startSessionServer } from './support/session-server.js';
import { announce, routersOf, SECRET, toolset, WITH_SECRET } from './support/tool-router.js';
import { PER_DAY, setQuotas } from './support/quotas.js';
import { routeTo, startUpstream } from './support/upstream.js';

const BOB = { 'x-dev-userid': 'bob', 'x-dev-roles': 'team' };
const MALLORY = { 'x-dev-userid': 'mallory' };
const errorOf = ({ text }: { text: string }) =>
  (JSON.parse(text) as { error: { message: string; data: object } }).error;

describe('clients at the URL of all tools and at that of a toolset', () => {
  let router: SdkServer;
  let gateway: Gateway;
  beforeEach(async () => {
    router = await startSdkServer();
    gateway = await startGateway({ ...WITH_SECRET, routes: [toolset('support', { requiredRoles: ['team'] })] });
    await announce(gateway, router);
  });

  it.each([
    ['/mcp', MALLORY, '/mcp'],
    ['/mcp/t/support', BOB, '/mcp/t/support'],
    ['/mcp/t/all', MALLORY, '/mcp'],
  ])('have a session of a tool router at %s', async (path, headers, atRouter) => {
    const session = await connect(gateway.url + path, { headers });
    expect(await callText(session, 'count')).toBe('1');
    expect(await callText(session, 'count')).toBe('2');
    expect(lastSeen(router).url).toBe(atRouter);
    await session.transport.terminateSession();
    await waitFor('the end at the router', () => router.sessions.size === 0);
  });

  it('are named to the tool router, with proof that a data plane does, whatever they say themselves', async () => {
    const forged = { 'X-Mcp-Gateway-Principal': 'e30', x_mcp_gateway_secret: SECRET, 'x-mcp-gateway-more': 'x' };
    await send(`${gateway.url}/mcp`, { body: INITIALIZE, headers: { ...BOB, ...forged, authorization: 'Bearer x' } });
    const seen = lastSeen(router);
    const ours = seen.headers.filter(([name]) => /gateway/i.test(name));
    expect(ours.map(([name]) => name.toLowerCase())).toEqual(['x-mcp-gateway-secret', 'x-mcp-gateway-principal']);
    const caller = principalReader(() => [SECRET])(Object.fromEntries(ours));
    expect(caller).toEqual({ subject: 'bob', name: 'bob', roles: ['team'], tenant: 'default' });
    expect(seen.header('authorization')).toEqual([]);
  });

  it('get the answer of an unknown toolset from one that they may not use', async () => {
    const [hidden, unknown] = await Promise.all(
      ['support', 'unknown'].map((name) =>
        send(`${gateway.url}/mcp/t/${name}`, { body: INITIALIZE, headers: MALLORY }),
      ),
    );
    expect([hidden?.status, unknown?.status]).toEqual([404, 404]);
    expect(errorOf(hidden as never)).toMatchObject({ code: -32003, data: { code: 'TOOLSET_NOT_FOUND' } });
    expect(errorOf(hidden as never).message).toBe(errorOf(unknown as never).message);
    expect(router.seen).toEqual([]);
  });

  it('lose a toolset at once when they may use it no longer, streams included', async () => {
    const session = await connect(`${gateway.url}/mcp/t/support`, { headers: BOB });
    const id = session.transport.sessionId ?? '';
    const stream = await open(`${gateway.url}/mcp/t/support`, {
      method: 'GET',
      headers: { ...BOB, accept: 'text/event-stream', 'mcp-session-id': id, 'x-dev-name': 'a second one' },
    });
    const ended = new Promise((resolve) => stream.once('close', resolve).resume());
    await gateway.publish(toolset('support', { requiredRoles: ['others'] }));
    await ended;
    const headers = { ...BOB, 'mcp-session-id': id };
    expect((await send(`${gateway.url}/mcp/t/support`, { body: message('ping'), headers })).status).toBe(404);
  });

  it('cannot use a session of one toolset in another, nor of another caller', async () => {
    const { transport } = await connect(`${gateway.url}/mcp`, { headers: BOB });
    const accept = 'application/json, text/event-stream';
    const headers = { ...BOB, accept, 'content-type': 'application/json', 'mcp-session-id': transport.sessionId ?? '' };
    const at = (path: string, more = {}) =>
      send(gateway.url + path, { body: message('ping'), headers: { ...headers, ...more } });
    expect((await at('/mcp/t/support')).status).toBe(404);
    expect((await at('/mcp', MALLORY)).status).toBe(404);
    expect((await at('/mcp')).status).toBe(200);
  });

  it.each(['/mcp/sse', '/mcp/messages', '/mcp/t/support/sse', '/mcp/t/', '/mcp/t', '/mcpx', '/mcp/adapters/x/mcp'])(
    'find nothing at %s',
    async (path) => {
      const answer = await send(gateway.url + path, { body: INITIALIZE, headers: BOB });
      expect([path, answer.status, router.seen.length]).toEqual([path, 404, 0]);
    },
  );
});

describe('an API key', () => {
  it('that is limited to resources opens /mcp, and no toolset that it does not name', async () => {
    const router = await startSessionServer();
    const gateway = await startGateway({
      ...WITH_SECRET,
      apiKeyPeppers: () => [PEPPER],
      routes: [toolset('support', { requiredRoles: ['team'] }), toolset('sales', { requiredRoles: ['team'] })],
    });
    await announce(gateway, router);
    const keys = publishedKeys(gateway.redis, gateway.prefix);
    await keys.publishAll();
    const resources = [{ kind: 'toolset', name: 'support' } as const, { kind: 'tool', name: 'weather' } as const];
    const { text } = await keys.create({ resources });
    const headers = { 'x-api-key': text };
    const paths = ['/mcp', '/mcp/t/support', '/mcp/t/sales'];
    const answers = await Promise.all(paths.map((path) => send(gateway.url + path, { body: INITIALIZE, headers })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
    const [value = ''] = lastSeen(router).header('x-mcp-gateway-principal');
    expect(JSON.parse(Buffer.from(value, 'base64url').toString())).toMatchObject({ subject: 'bob', resources });
  });
});

describe('without a tool router that can serve', () => {
  it('clients wait for one that starts', async () => {
    const gateway = await startGateway(WITH_SECRET);
    const asking = send(`${gateway.url}/mcp`, { body: INITIALIZE });
    await announce(gateway, await startSessionServer());
    expect((await asking).status).toBe(200);
  });

  it('clients get 503 with what to do', async () => {
    const gateway = await startGateway({ ...WITH_SECRET, waitMs: 1 });
    const answer = await send(`${gateway.url}/mcp`, { body: INITIALIZE });
    expect([answer.status, answer.header('retry-after')]).toEqual([503, '2']);
    expect(errorOf(answer)).toMatchObject({
      message: expect.stringContaining('no tool router is ready'),
      data: { code: 'NO_READY_REPLICA' },
    });
  });

  it('clients learn that the operator has set no secrets, and nothing is sent', async () => {
    const router = await startSessionServer();
    const gateway = await startGateway();
    await announce(gateway, router);
    const answer = await send(`${gateway.url}/mcp`, { body: INITIALIZE });
    expect([answer.status, errorOf(answer).message]).toEqual([503, expect.stringContaining('INTERNAL_SECRETS')]);
    expect(router.seen).toEqual([]);
  });
});

it('an adapter gets neither the secret nor the principal', async () => {
  const adapter = await startSessionServer();
  const gateway = await startGateway({
    ...WITH_SECRET,
    routes: [{ ...toolset('x'), kind: 'adapter', name: 'echo', endpoints: [adapter.endpoint] }],
  });
  await send(`${gateway.url}/adapters/echo/mcp`, { body: INITIALIZE });
  expect(lastSeen(adapter).headers.filter(([name]) => /gateway/i.test(name))).toEqual([]);
});

it('a redirect of a tool router shows its client no other address', async () => {
  const router = await startUpstream((_req, res) => res.writeHead(303, { location: '/mcp/t/support/?x=1' }).end());
  const gateway = await startGateway({ ...WITH_SECRET, routes: [toolset('support')] });
  await announce(gateway, router);
  const answer = await send(`${gateway.url}/mcp/t/support`, { body: INITIALIZE });
  expect([answer.status, answer.header('location')]).toEqual([303, 'support?x=1']);
});

it('a data plane forgets a tool router that ends', async () => {
  const gateway = await startGateway(WITH_SECRET);
  const router = await announce(gateway, await startSessionServer());
  await router.close();
  await becomesTrue('that it is gone', () => expect(routersOf(gateway)).toEqual([]));
});

it('all toolsets share a limit of the quota, and no adapter of one name does', async () => {
  const server = await startSessionServer();
  const gateway = await startGateway({
    ...WITH_SECRET,
    routes: [
      routeTo(server.endpoint, { affinity: 'none' }),
      toolset('echo', { affinity: 'none' }),
      toolset('other', { affinity: 'none' }),
    ],
  });
  await announce(gateway, server);
  await setQuotas(gateway, { default: { perAdapter: PER_DAY(3), perTool: PER_DAY(1) } });
  const ask = async (path: string, body = message('tools/list')) => {
    const answer = await send(gateway.url + path, { body });
    return answer.status === 200 ? 200 : errorOf(answer).message;
  };
  const call = (path: string) => ask(path, message('tools/call', { name: 'find', arguments: {} }));
  const [adapter, echo, other, all] = ['/adapters/echo/mcp', '/mcp/t/echo', '/mcp/t/other', '/mcp'] as const;
  expect([await call(adapter), await call(echo)]).toEqual([200, 200]);
  for (const path of [echo, other, all]) expect(await call(path)).toContain('this tool, for callers of tenant default');
  expect([await ask(adapter), await ask(other), await ask(all)]).toEqual([200, 200, 200]);
  for (const path of [echo, other, all]) {
    expect(await ask(path)).toContain('use of toolsets, for callers of tenant default');
  }
  expect(await ask(adapter)).toBe(200);
});

it('counts a call through the search of a toolset as one of the tool itself', async () => {
  const server = await startUpstream((_req, res) => res.writeHead(202).end());
  const gateway = await startGateway({
    ...WITH_SECRET,
    routes: [toolset('found', { search: true }), toolset('plain')],
  });
  await announce(gateway, server);
  await setQuotas(gateway, { default: { perTool: PER_DAY(2) } });
  const call = async (path: string, name: string, given: object = {}) =>
    (await send(gateway.url + path, { body: message('tools/call', { name, arguments: given }) })).status;
  const through = (name: string) => call('/mcp/t/found', 'call_tool', { name, arguments: {} });
  expect([await call('/mcp', 'pay'), await through('pay'), await through('pay')]).toEqual([202, 202, 429]);
  expect([await through('list'), await through('list'), await through('list')]).toEqual([202, 202, 429]);
  expect(await call('/mcp/t/found', 'list')).toBe(429);
  // Without a search, it is a tool of that name.
  expect(await call('/mcp/t/plain', 'call_tool', { name: 'pay' })).toBe(202);
});
