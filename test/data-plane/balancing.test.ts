import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { bodyOf, open, send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { INITIALIZE, initialize, inSession, openSession, startSessionServer } from './support/session-server.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const MODERN = { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' };

/** Servers that hold every request until a test lets them answer. */
async function busyServers(count: number) {
  const waiting: ServerResponse[] = [];
  const upstreams: Upstream[] = [];
  for (let i = 0; i < count; i++) upstreams.push(await startUpstream((_req, res) => waiting.push(res)));
  const load = () => upstreams.map(({ seen }) => seen.length);
  const total = () => load().reduce((sum, each) => sum + each, 0);
  return { upstreams, endpoints: upstreams.map(({ endpoint }) => endpoint), waiting, load, total };
}

describe.each([
  { name: 'a modern request', affinity: 'session', headers: MODERN, body: '{}' },
  { name: 'initialize to a server without sessions', affinity: 'none', headers: {}, body: INITIALIZE },
] as const)('$name', ({ affinity, headers, body }) => {
  it('gets no session id, even if the server sends one', async () => {
    const server = await startUpstream((_req, res) => res.setHeader('Mcp-Session-Id', 'raw').end('{}'));
    const gateway = await startGateway({ routes: [routeTo(server.endpoint, { affinity })] });
    const answer = await send(`${gateway.url}/adapters/echo/mcp`, { headers, body });
    expect(answer.status).toBe(200);
    expect(answer.header('mcp-session-id')).toBeUndefined();
    expect(await gateway.redis.keys(gateway.keyOf('*'))).toEqual([]);
  });

  it('needs no session id: one that it has is neither checked nor passed on', async () => {
    const server = await startUpstream((_req, res) => res.end('{}'));
    const { url } = await startGateway({ routes: [routeTo(server.endpoint, { affinity })] });
    const answer = await send(`${url}/adapters/echo/mcp`, {
      headers: { ...headers, 'Mcp-Session-Id': 'garbage' },
      body,
    });
    expect(answer.status).toBe(200);
    expect(server.seen[0]?.header('mcp-session-id')).toEqual([]);
  });

  it('goes to the replica with the fewest requests in flight', async () => {
    const { endpoints, waiting, load, total } = await busyServers(3);
    const { url } = await startGateway({ routes: [routeTo(endpoints, { affinity })] });
    for (let sent = 1; sent <= 9; sent++) {
      void open(`${url}/adapters/echo/mcp`, { headers, body }).catch(() => {});
      await waitFor('the request to arrive', () => total() === sent);
      expect(Math.max(...load()) - Math.min(...load())).toBeLessThanOrEqual(1);
    }
    expect(load()).toEqual([3, 3, 3]);
    waiting.forEach((res) => res.end());
  });

  it('goes to no unready replica', async () => {
    const [ready, other] = [
      await startUpstream((_req, res) => res.end()),
      await startUpstream((_req, res) => res.end()),
    ];
    const route = routeTo([{ ...other.endpoint, ready: false }, ready.endpoint], { affinity });
    const { url } = await startGateway({ routes: [route] });
    for (let round = 0; round < 10; round++) await send(`${url}/adapters/echo/mcp`, { headers, body });
    expect([ready.seen.length, other.seen.length]).toEqual([10, 0]);
  });
});

describe('a request that a lost replica had received', () => {
  it('may have run, so no other replica gets it', async () => {
    const upstreams = [
      await startUpstream((_req, res) => res.destroy()),
      await startUpstream((_req, res) => res.destroy()),
    ];
    const route = routeTo(
      upstreams.map(({ endpoint }) => endpoint),
      { affinity: 'none' },
    );
    const { url } = await startGateway({ routes: [route] });
    expect((await send(`${url}/adapters/echo/mcp`, { method: 'GET' })).status).toBe(502);
    expect(upstreams.flatMap(({ seen }) => seen)).toHaveLength(1);
  });
});

describe('a replica that fails', () => {
  it('is ejected after three failures in a row, and keeps its sessions', async () => {
    let fails = false;
    const bad = await startUpstream((_req, res) => {
      if (fails) res.destroy();
      else res.writeHead(200, { 'mcp-session-id': 'raw' }).end();
    });
    const gateway = await startGateway({ routes: [routeTo(bad.endpoint)] });
    const session = await openSession(gateway.url);
    const good = await startUpstream((_req, res) => res.end());
    await gateway.publish(routeTo([bad.endpoint, good.endpoint]));
    fails = true;
    bad.seen.length = 0;
    const url = `${gateway.url}/adapters/echo/mcp`;
    await waitFor('three failures', async () => {
      await send(url, { headers: MODERN });
      return bad.seen.length === 3;
    });
    good.seen.length = 0;
    for (let round = 0; round < 15; round++) expect((await send(url, { headers: MODERN })).status).toBe(200);
    expect([bad.seen.length, good.seen.length]).toEqual([3, 15]);
    fails = false;
    expect((await inSession(gateway.url, session)).status).toBe(200);
    expect(bad.seen).toHaveLength(4);
  });
});

describe('a replica that refuses connections', () => {
  it.each([
    ['initialize', {}, INITIALIZE],
    ['initialize in chunks', { 'Transfer-Encoding': 'chunked' }, INITIALIZE],
    ['a modern request', MODERN, '{"a":1}'],
    ['a modern request in chunks', { ...MODERN, 'Transfer-Encoding': 'chunked' }, '{"a":1}'],
  ])('is skipped by %s, all of which reaches another replica', async (_name, headers, body) => {
    const [gone, there] = [await startReplica(), await startUpstream(echo)];
    await gone.kill();
    const { url } = await startGateway({ routes: [routeTo([gone.endpoint, there.endpoint])] });
    for (let round = 0; round < 10; round++) {
      expect(await send(`${url}/adapters/echo/mcp`, { headers, body })).toMatchObject({ status: 200, text: body });
    }
  });

  it('is reported when there is no other replica', async () => {
    const gone = await startReplica();
    await gone.kill();
    const { url } = await startGateway({ routes: [routeTo(gone.endpoint)] });
    const { status, text } = await send(`${url}/adapters/echo/mcp`, { headers: MODERN, body: '{}' });
    expect(status).toBe(502);
    expect(text).toContain('The MCP server could not be reached; the call did not run');
  });

  async function echo(req: IncomingMessage, res: ServerResponse) {
    res.end(await bodyOf(req));
  }
});

describe('load', () => {
  it('goes to a random one of the idle replicas', async () => {
    const servers = [await startSessionServer(), await startSessionServer(), await startSessionServer()];
    const { url } = await startGateway({ routes: [routeTo(servers.map(({ endpoint }) => endpoint))] });
    for (let round = 0; round < 60; round++) await openSession(url);
    // The probability that one gets no request is below 1 in 10^10.
    for (const { ids } of servers) expect(ids.length).toBeGreaterThan(0);
    for (const { ids } of servers) expect(ids.length).toBeLessThan(55);
  });

  it('counts while an answer streams, and ends with it', async () => {
    const { endpoints, upstreams, waiting } = await busyServers(1);
    const gateway = await startGateway({ routes: [routeTo(endpoints)] });
    const [endpoint] = endpoints;
    const opening = open(`${gateway.url}/adapters/echo/mcp`, { method: 'GET' });
    const res = await waitFor('the request', () => waiting[0]);
    res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const client = await opening;
    expect(gateway.upstreams.inFlight(endpoint as (typeof endpoints)[0])).toBe(1);
    res.end('data: end\n\n');
    expect((await bodyOf(client)).toString()).toBe('data: end\n\n');
    expect(gateway.upstreams.inFlight(endpoint as (typeof endpoints)[0])).toBe(0);
    expect(upstreams[0]?.seen).toHaveLength(1);
  });

  it('does not count refused requests', async () => {
    const server = await startSessionServer();
    const gateway = await startGateway({ routes: [routeTo(server.endpoint)], bodyBytes: 1024 });
    await send(`${gateway.url}/adapters/echo/mcp`, {
      body: 'x'.repeat(2000),
      headers: { 'Transfer-Encoding': 'chunked' },
    });
    expect(gateway.upstreams.inFlight(server.endpoint)).toBe(0);
  });
});

describe('a replica that leaves the routes', () => {
  it('gets no new request, and may finish the one that it has', async () => {
    const { endpoints, waiting, load } = await busyServers(2);
    const [first, second] = endpoints as [(typeof endpoints)[0], (typeof endpoints)[0]];
    const gateway = await startGateway({ routes: [routeTo(first)] });
    const url = `${gateway.url}/adapters/echo/mcp`;
    const slow = send(url, { headers: MODERN });
    await waitFor('the first request', () => waiting.length === 1);
    await gateway.publish(routeTo(second));
    const next = send(url, { headers: MODERN });
    await waitFor('the second request', () => waiting.length === 2);
    expect(load()).toEqual([1, 1]);
    waiting.forEach((res, index) => res.end(`answer ${index}`));
    expect([(await slow).text, (await next).text]).toEqual(['answer 0', 'answer 1']);
  });

  it('does not pass its connections on to a successor at the same address', async () => {
    const server = await startUpstream((req, res) => res.end(String(req.socket.remotePort)));
    const gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
    const port = async () => (await send(`${gateway.url}/adapters/echo/mcp`, { headers: MODERN })).text;
    const before = await port();
    expect(await port()).toBe(before); // kept alive
    await gateway.publish(routeTo({ ...server.endpoint, id: 'successor' }));
    expect(await port()).not.toBe(before);
  });
});

it.each([
  ['legacy, for its version', { 'Mcp-Protocol-Version': '2025-11-25', 'Mcp-Method': 'tools/list' }],
  ['legacy, without Mcp-Method', { 'Mcp-Protocol-Version': '2026-07-28' }],
  ['legacy, without a version', { 'Mcp-Method': 'initialize' }],
])('a request is %s, and may open a session', async (_name, headers) => {
  const server = await startSessionServer();
  const { url } = await startGateway({ routes: [routeTo(server.endpoint)] });
  expect((await initialize(url, 'echo', headers)).header('mcp-session-id')).toBeDefined();
});
