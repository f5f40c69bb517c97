import { beforeEach, describe, expect, it } from '@jest/globals';
import { send, type SendOptions } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { ownHost, routeTo, startUpstream, type Seen, type Upstream } from './support/upstream.js';

describe('the headers that a server gets', () => {
  let upstream: Upstream;
  let gateway: Gateway;

  beforeEach(async () => {
    upstream = await startUpstream((req, res) => {
      req.resume().once('end', () => res.end('{}'));
    });
    gateway = await startGateway({
      routes: [routeTo({ ...upstream.endpoint, path: '/a/path' }, { requiredRoles: ['staff'] })],
    });
  });

  async function seenAfter(options: SendOptions, query = ''): Promise<Seen> {
    expect((await send(`${gateway.url}/adapters/echo/mcp${query}`, options)).status).toBe(200);
    return upstream.seen.at(-1) as Seen;
  }

  it("are the client's, plus the identity of the caller", async () => {
    const { method, url, headers } = await seenAfter({
      headers: { 'X-Custom': 'kept', 'x-request-id': 'of-the-client' },
      body: '{}',
    });
    expect({ method, url }).toEqual({ method: 'POST', url: '/a/path' });
    expect(headers).toEqual([
      ['host', ownHost(upstream.endpoint)],
      ['connection', 'keep-alive'],
      ['X-Custom', 'kept'],
      ['X-Mcp-UserId', 'alice'],
      ['X-Mcp-UserName', 'alice'],
      ['X-Mcp-Roles', 'mcp.dev'],
      ['X-Request-Id', 'of-the-client'],
      ['X-Forwarded-For', '127.0.0.1'],
      ['X-Forwarded-Host', new URL(gateway.url).host],
      ['X-Forwarded-Proto', 'http'],
      ['Forwarded', `for=127.0.0.1;host="${new URL(gateway.url).host}";proto=http`],
      ['content-length', '2'],
    ]);
  });

  it.each(['authorization', 'cookie', 'x-gateway-secret', 'proxy-authorization', 'mcp-session-id'])(
    'lack %s',
    async (name) => {
      // A modern request: a legacy one would be refused for its session id.
      const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
      expect((await seenAfter({ headers: { [name]: 's3cret', ...modern } })).header(name)).toEqual([]);
    },
  );

  it('lack every X-Dev header', async () => {
    const { headers } = await seenAfter({
      headers: { 'X-Dev-Name': 'Alice', 'X-Dev-Roles': 'staff', 'x-dev-userid': 'alice' },
    });
    expect(headers.filter(([name]) => /^x-dev-/i.test(name))).toEqual([]);
  });

  it.each(['X-Mcp-UserId', 'x-mcp-username', 'X-MCP-ROLES'])('contain %s from the gateway only', async (name) => {
    const headers = {
      [name]: ['root', 'admin'],
      'X-Dev-UserId': 'bob',
      'X-Dev-Name': 'Bob B',
      'X-Dev-Roles': 'x, Staff',
    };
    const { header } = await seenAfter({ headers });
    expect(header('x-mcp-userid')).toEqual(['bob']);
    expect(header('x-mcp-username')).toEqual(['Bob B']);
    expect(header('x-mcp-roles')).toEqual(['x,Staff']);
  });

  it('lack the hop-by-hop headers, and those that Connection names', async () => {
    const hop = { Connection: 'close, X-Hop', 'X-Hop': '1', TE: 'trailers', Trailer: 'x', 'Keep-Alive': 'timeout=9' };
    const { headers } = await seenAfter({ headers: { ...hop, 'Proxy-Connection': 'close', 'X-End': '2' } });
    const names = headers.map(([name]) => name.toLowerCase());
    expect(names.filter((name) => /^(x-hop|te|trailer|keep-alive|proxy-connection|upgrade)$/.test(name))).toEqual([]);
    expect(headers).toContainEqual(['connection', 'keep-alive']);
    expect(headers).toContainEqual(['X-End', '2']);
  });

  it('keep the headers that every recipient needs, although Connection names them', async () => {
    const needed = { 'Content-Type': 'application/json', 'Mcp-Method': 'tools/list', 'Last-Event-ID': '7' };
    const names = ['host', 'content-length', ...Object.keys(needed)].join(', ');
    const { headers } = await seenAfter({ headers: { Connection: `close, ${names}`, ...needed }, body: '{}' });
    expect(headers).toEqual(
      expect.arrayContaining([
        ['host', ownHost(upstream.endpoint)],
        ['content-length', '2'],
        ...Object.entries(needed),
      ]),
    );
  });

  it('never upgrade the protocol', async () => {
    const { headers } = await seenAfter({ method: 'GET', headers: { Connection: 'Upgrade', Upgrade: 'websocket' } });
    expect(headers.filter(([name]) => /^upgrade$/i.test(name))).toEqual([]);
    expect(headers).toContainEqual(['connection', 'keep-alive']);
  });

  it.each([
    { 'Mcp-Protocol-Version': '2025-11-25', Accept: 'application/json, text/event-stream' },
    { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': '=?base64?w6k=?=' },
    { 'Mcp-Param-Region': 'eu west', 'mcp-param-Tier': 'gold', 'Last-Event-ID': '0/17' },
    { Traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'User-Agent': 'test/1' },
  ])('contain %j unchanged', async (headers) => {
    expect((await seenAfter({ headers })).headers).toEqual(expect.arrayContaining(Object.entries(headers)));
  });

  it('repeat a header that came twice, in order', async () => {
    const { headers } = await seenAfter({ headers: { 'X-Twice': ['b', 'a'] } });
    expect(headers.filter(([name]) => name === 'X-Twice')).toEqual([
      ['X-Twice', 'b'],
      ['X-Twice', 'a'],
    ]);
  });

  it("has the server's own Host and no Origin, since the gateway has checked both", async () => {
    const headers = { Host: 'localhost:4711', Origin: 'https://portal.example.com', 'Sec-Fetch-Site': 'cross-site' };
    const { header } = await seenAfter({ headers });
    expect(header('host')).toEqual([ownHost(upstream.endpoint)]);
    expect([...header('origin'), ...header('sec-fetch-site')]).toEqual([]);
    expect(header('x-forwarded-host')).toEqual(['localhost:4711']);
  });

  it("has the client's Host and Origin, where the adapter preserves them", async () => {
    await gateway.publish(routeTo(upstream.endpoint, { preserveHost: true }));
    const headers = { Host: 'localhost:4711', Origin: 'https://portal.example.com' };
    const { header } = await seenAfter({ headers });
    expect([header('host'), header('origin')]).toEqual([['localhost:4711'], ['https://portal.example.com']]);
  });

  it('contain no origin that a caller has invented', async () => {
    const headers = { 'X-Forwarded-For': '6.6.6.6', Forwarded: 'for=6.6.6.6', 'X-Real-IP': '6.6.6.6' };
    const seen = await seenAfter({ headers });
    expect(JSON.stringify(seen.headers)).not.toContain('6.6.6.6');
    expect(seen.header('x-forwarded-for')).toEqual(['127.0.0.1']);
  });

  it('come with the unchanged query', async () => {
    expect((await seenAfter({}, '?a=%2F&b=c?d&=')).url).toBe('/a/path?a=%2F&b=c?d&=');
  });

  it.each(['GET', 'DELETE'])('come with the method %s', async (method) => {
    expect(await seenAfter({ method })).toMatchObject({ method, url: '/a/path' });
  });

  it('lack Expect, because the gateway has answered it', async () => {
    const { header } = await seenAfter({ headers: { Expect: '100-continue' }, body: '{}' });
    expect(header('expect')).toEqual([]);
  });
});

it('a server gets the name of a caller in any script, in UTF-8', async () => {
  const upstream = await startUpstream((_req, res) => res.end());
  const verifier = async () => ({ subject: 'zoë', name: 'Zoë\r\n王', roles: ['büro', 'b'], tenant: 'default' });
  const gateway = await startGateway({ routes: [routeTo(upstream.endpoint, { createdBy: 'zoë' })], verifier });
  await send(`${gateway.url}/adapters/echo/mcp`);
  const values = ['x-mcp-userid', 'x-mcp-username', 'x-mcp-roles'].flatMap(
    (name) => upstream.seen[0]?.header(name) ?? [],
  );
  expect(values.map((value) => Buffer.from(value, 'latin1').toString('utf8'))).toEqual(['zoë', 'Zoë  王', 'büro,b']);
});
