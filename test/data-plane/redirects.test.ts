import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { bodyOf, open, send, type SendOptions } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { begin, callTool, whereIs } from './support/rpc.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const MCP = '/adapters/echo/mcp';
const LONG = 'x'.repeat(200_000);

interface Redirecting extends Upstream {
  gateway: Gateway;
  /** Method, URL and length of its requests, in order. */
  requests: string[];
  request(options?: SendOptions, query?: string): ReturnType<typeof send>;
}

/** A server that redirects some paths, and echoes the requests to all others. */
async function redirecting(
  redirects: Record<string, [status: number, location: string | ((req: IncomingMessage) => string)]>,
  { path = '/mcp', preserveHost = false, body = '' } = {},
): Promise<Redirecting> {
  const requests: string[] = [];
  const upstream = await startUpstream(async (req: IncomingMessage, res: ServerResponse) => {
    const sent = await bodyOf(req);
    requests.push(`${req.method} ${req.url} ${sent.length}`);
    const [status, location] = redirects[req.url?.replace(/\?.*/, '') ?? ''] ?? [];
    if (status === undefined || location === undefined) return res.end(sent);
    return res.writeHead(status, { location: typeof location === 'string' ? location : location(req) }).end(body);
  });
  const route = routeTo({ ...upstream.endpoint, path }, { preserveHost });
  const gateway = await startGateway({ routes: [route] });
  const request = (options: SendOptions = { body: 'hello' }, query = '') => send(gateway.url + MCP + query, options);
  return { ...upstream, gateway, requests, request };
}

const ownUrl = (path: string) => (req: IncomingMessage) => `http://${req.headers.host}${path}`;
const asHttps = (path: string) => (req: IncomingMessage) => `https://${req.headers.host}${path}`;

describe('a redirect within the server', () => {
  it.each([
    [307, '/mcp/'],
    [308, 'mcp/'],
    [301, '/mcp/'],
    [302, '/mcp/'],
    [307, ownUrl('/mcp/')],
    [307, asHttps('/mcp/')],
    [307, '/api/v2/mcp'],
    [307, '/.//:99999/mcp/'],
    [307, '/.//elsewhere.example/mcp/'],
  ] as const)('is followed with method and body: %s', async (status, location) => {
    const { request, requests } = await redirecting({ '/mcp': [status, location] });
    expect(await request()).toMatchObject({ status: 200, text: 'hello' });
    expect(requests).toEqual([
      'POST /mcp 5',
      expect.stringMatching(/^POST \/(mcp\/|api\/v2\/mcp|\/:99999\/mcp\/|\/elsewhere.example\/mcp\/) 5$/),
    ]);
  });

  it('costs only the first request of each method, and keeps the query', async () => {
    const { request, requests } = await redirecting({
      '/mcp': [307, (req) => (req.url ?? '').replace('/mcp', '/mcp/')],
    });
    for (const query of ['?a=1', '?b=2']) {
      for (const method of ['POST', 'GET', 'DELETE']) expect((await request({ method }, query)).status).toBe(200);
    }
    expect(requests.filter((each) => / \/mcp\?/.test(each))).toHaveLength(3);
    expect(requests.slice(-3)).toEqual(['POST /mcp/?b=2 0', 'GET /mcp/?b=2 0', 'DELETE /mcp/?b=2 0']);
  });

  it('is requested each time when it leads to another query', async () => {
    const { request, requests } = await redirecting({ '/mcp': [307, '/api?key=1'] });
    for (const _ of [1, 2]) expect((await request()).status).toBe(200);
    expect(requests).toEqual(['POST /mcp 5', 'POST /api?key=1 5', 'POST /mcp 5', 'POST /api?key=1 5']);
  });

  it("may name the host that the client used, when the server gets the client's Host", async () => {
    const { request } = await redirecting({ '/mcp': [307, ownUrl('/mcp/')] }, { preserveHost: true });
    expect(await request({ headers: { host: 'localhost:1' }, body: 'hello' })).toMatchObject({
      status: 200,
      text: 'hello',
    });
  });

  it('is requested again once the path that it led to is gone', async () => {
    const redirects: Parameters<typeof redirecting>[0] = { '/mcp': [308, '/old'] };
    const { request, requests } = await redirecting(redirects);
    expect((await request()).status).toBe(200);
    redirects['/mcp'] = [308, '/new'];
    redirects['/old'] = [404, ''];
    expect((await request()).status).toBe(404);
    expect((await request()).status).toBe(200);
    expect(requests.slice(2)).toEqual(['POST /old 5', 'POST /mcp 5', 'POST /new 5']);
  });

  it('applies to its caller alone when it is temporary and leads to another path', async () => {
    const ownPath: [number, (req: IncomingMessage) => string] = [
      307,
      (req) => `/of/${String(req.headers['x-mcp-userid'])}`,
    ];
    const { request, requests } = await redirecting({ '/mcp': ownPath });
    for (const user of ['alice', 'bob'])
      await request({ headers: { 'x-dev-userid': user, 'x-dev-roles': 'mcp.admin' } });
    expect(requests).toEqual(['POST /mcp 0', 'POST /of/alice 0', 'POST /mcp 0', 'POST /of/bob 0']);
  });

  it('makes the client send a body again that is no longer buffered, and is known afterwards', async () => {
    const { request } = await redirecting({ '/mcp': [307, '/mcp/'] });
    const first = await request({ body: LONG });
    expect(first.status).toBe(502);
    expect(first.text).toContain('the server redirects to \\"/mcp/\\"; set the adapter\'s \\"path\\" to it');
    expect(await request({ body: LONG })).toMatchObject({ status: 200, text: LONG });
  });

  it('is not followed to its own path', async () => {
    const { request, requests } = await redirecting({ '/mcp': [307, '/mcp'] });
    expect((await request()).status).toBe(502);
    expect(requests).toEqual(['POST /mcp 5']);
  });

  it('is refused when it leads in a circle', async () => {
    const { request, requests } = await redirecting({ '/mcp': [307, '/a'], '/a': [308, '/mcp'] });
    expect((await request()).status).toBe(502);
    expect(requests.length).toBeLessThan(6);
  });

  it.each(['/.//:99999/', '/.//[/', '/.//elsewhere.example/'])(
    'does not take a path with two slashes for a host: %s',
    async (location) => {
      const path = location.slice(2);
      const { request } = await redirecting({ '/mcp': [307, location], [path]: [307, 'http://elsewhere.example/mcp'] });
      const answer = await request();
      expect(answer.status).toBe(502);
      expect(answer.text).toContain('the server redirects to another host');
    },
  );

  it('does not wait for the end of its own body, of which little is read', async () => {
    const { request, gateway, endpoint } = await redirecting({ '/mcp': [307, '/mcp/'] }, { body: LONG.repeat(5) });
    expect(await request()).toMatchObject({ status: 200, text: 'hello' });
    expect(gateway.upstreams.inFlight(endpoint)).toBeLessThan(2);
  });

  it('closes its connection when its own body does not end', async () => {
    const { endpoint } = await startUpstream((req, res) => {
      if (req.url !== '/mcp') return res.end('here');
      return res.writeHead(307, { location: '/mcp/' }).write('and so on');
    });
    const gateway = await startGateway({ routes: [routeTo(endpoint)] });
    expect(await send(gateway.url + MCP, { body: 'hello' })).toMatchObject({ status: 200, text: 'here' });
    await waitFor('the connection to be given up', () => gateway.upstreams.inFlight(endpoint) === 0);
  });

  it('is followed for the stream of the older transport and for its messages', async () => {
    const server = await startUpstream((req, res) => {
      const [path, query = ''] = req.url?.split('?') ?? [];
      if (!path?.endsWith('/')) return res.writeHead(307, { location: `${path}/${query && `?${query}`}` }).end();
      if (path !== '/sse/') return res.writeHead(202).end(req.url);
      return res.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\ndata: /say?s=1\n\n');
    });
    const gateway = await startGateway({ routes: [routeTo({ ...server.endpoint, path: '/mcp/' })] });
    const stream = await open(`${gateway.url}/adapters/echo/sse`, { method: 'GET' });
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    const reference = /data: (.*)\n/.exec(chunk.toString())?.[1] ?? '';
    const messages = new URL(reference, `${gateway.url}/adapters/echo/sse`);
    expect(await send(messages.href, { body: '{}' })).toMatchObject({ status: 202, text: '/say/?s=1' });
  });

  it('is followed when a session is replayed on a replica that redirects', async () => {
    const mounted = async () => {
      const replica = await startReplica({ path: '/mcp/', redirectsFrom: '/mcp' });
      return { ...replica, endpoint: { ...replica.endpoint, path: '/mcp' } };
    };
    const [first, second] = [await mounted(), await mounted()];
    const gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    await first.kill();
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
    expect((await callTool(gateway.url, session, 'pay')).status).toBe(200);
  });
});

describe('a redirect that is not followed', () => {
  it.each([
    [303, '/mcp?done=1', 'mcp?done=1'],
    [303, '/mcp/', 'mcp'],
    [301, '/sse', 'sse'],
    [302, '/mcp?done=1', 'mcp?done=1'],
    [301, '/mcp/?done=1', 'mcp?done=1'],
  ])("leads to the adapter's URL, where it leads to the adapter: %s %s", async (status, location, seen) => {
    const { request, requests } = await redirecting({ '/mcp': [status, location] });
    const answer = await request();
    expect([answer.status, answer.header('location')]).toEqual([status, seen]);
    expect(requests).toHaveLength(1);
  });

  it.each([
    [303, '/elsewhere', 'the server redirects to \\"/elsewhere\\"'],
    [302, '/login?next=/mcp', 'the server redirects to \\"/login\\"'],
    [
      307,
      'http://echo-0.internal:8000/mcp/',
      'to another host; if that is the server\'s own name, set the adapter\'s \\"path\\"',
    ],
    [302, 'https://login.example.com/', 'to another host'],
    [308, 'http://[', 'to an invalid URL'],
  ])('is an error that names the path to set: %s %s', async (status, location, why) => {
    const { request } = await redirecting({ '/mcp': [status, location] });
    const answer = await request();
    expect(answer.status).toBe(502);
    expect(answer.header('location')).toBeUndefined();
    expect(answer.text).toContain(why);
    expect(answer.text).not.toMatch(/internal|login\.example/);
  });

  it.each([
    [201, '/things/7', undefined],
    [202, '/mcp?poll=1', 'mcp?poll=1'],
  ])('passes when it is not a redirect of the request: %s %s', async (status, location, seen) => {
    const { request } = await redirecting({ '/mcp': [status, location] });
    const answer = await request();
    expect([answer.status, answer.header('location')]).toEqual([status, seen]);
  });
});

describe('a slash at the end of the URL', () => {
  it.each(['', '?a=b'])('makes no difference to a request%s', async (query) => {
    const { gateway, requests } = await redirecting({});
    expect(await send(`${gateway.url}${MCP}/${query}`, { body: 'hello' })).toMatchObject({
      status: 200,
      text: 'hello',
    });
    expect(requests).toEqual([`POST /mcp${query} 5`]);
  });
});
