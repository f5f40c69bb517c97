import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { afterTest } from '../support/clean-up.js';
import { callText, connect } from '../support/clients.js';
import { send } from '../support/http.js';
import { certificate, NAME, named, remoteAdapter, resolverOf, startProxy, startRelay } from './support/remote.js';
import { startReplica } from './support/replica.js';
import { begin, callTool, message, whereIs } from './support/rpc.js';
import { startOldSdkServer } from './support/old-sdk-server.js';
import { startSdkServer } from './support/sdk-server.js';
import { startUpstream } from './support/upstream.js';

const ALICE = { headers: { 'x-dev-userid': 'alice' } };
const LIST = message('tools/list');
const RESULT = '{"jsonrpc":"2.0","id":1,"result":{}}';
const startJson = (tls?: Parameters<typeof startUpstream>[1]) =>
  startUpstream((_req, res) => res.writeHead(200, { 'content-type': 'application/json' }).end(RESULT), tls);

describe('a remote server behind https, with a private authority and a path of its own', () => {
  it('has sessions of clients of the legacy line, in which it keeps its state', async () => {
    const server = await startSdkServer(undefined, certificate());
    const { mcp } = await remoteAdapter(named(server.endpoint, '/v2/mcp?key=7'));
    const [alice, bob] = [await connect(mcp, ALICE), await connect(mcp, ALICE)];
    for (const expected of ['1', '2', '3']) expect(await callText(alice, 'count')).toBe(expected);
    expect(await callText(bob, 'count')).toBe('1');
    expect(new Set(server.seen.map(({ url }) => url))).toEqual(new Set(['/v2/mcp?key=7']));
    await alice.transport.terminateSession();
    expect(server.sessions.size).toBe(1);
  });

  it('is called by clients of the modern line', async () => {
    const handler = createMcpHandler(
      () => {
        const mcp = new McpServer({ name: 'modern', version: '1.0.0' });
        mcp.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: 'from afar' }] }));
        return mcp;
      },
      { legacy: 'reject' },
    );
    afterTest(() => handler.close());
    const serve = toNodeHandler(handler);
    const server = await startUpstream((req, res) => serve(req as NodeIncomingMessageLike, res), certificate());
    const { mcp } = await remoteAdapter(named(server.endpoint, '/deep/path/'));
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    afterTest(() => client.close());
    await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { requestInit: ALICE }));
    const { content } = await client.callTool({ name: 'hello', arguments: {} });
    expect(content).toEqual([{ type: 'text', text: 'from afar' }]);
    expect(server.seen.every(({ url }) => url === '/deep/path/')).toBe(true);
  });

  it('gets its own host and name, its headers and credential, and nothing about the caller', async () => {
    const names: unknown[] = [];
    const server = await startUpstream((req, res) => {
      names.push((req.socket as TLSSocket & { servername?: string }).servername);
      res.writeHead(200, { 'content-type': 'application/json' }).end(RESULT);
    }, certificate());
    const url = named(server.endpoint, '/mcp?key=7');
    const { mcp } = await remoteAdapter(url, {
      route: { remote: { headers: { 'X-Api-Version': '2', 'X-Team': 'of the adapter' } } },
      credential: { type: 'header', header: 'X-Key', value: 's3cret' },
    });
    const headers = { 'x-team': 'of the client', authorization: 'Bearer of-the-client', ...ALICE.headers };
    expect((await send(`${mcp}?page=2`, { body: LIST, headers })).status).toBe(200);
    const [seen] = server.seen;
    expect([names, seen?.url, seen?.header('host')]).toEqual([[NAME], '/mcp?key=7&page=2', [new URL(url).host]]);
    expect([seen?.header('x-api-version'), seen?.header('x-team')]).toEqual([['2'], ['of the adapter']]);
    expect(seen?.header('x-key')).toEqual(['s3cret']);
    const told = seen?.headers.filter(([name]) => /^(x-mcp-|x-forwarded|forwarded|authorization|x-dev-)/i.test(name));
    expect(told).toEqual([]);
    expect(JSON.stringify(seen?.headers)).not.toContain('alice');
  });

  it('gets no request when its certificate is for another name', async () => {
    const server = await startJson(certificate());
    const { request } = await remoteAdapter(named(server.endpoint), {
      route: { tls: { credential: 'private', serverName: 'crm' } },
    });
    const { status, text } = await request(LIST);
    expect([status, text]).toEqual([502, expect.stringContaining('UPSTREAM_TLS_FAILED')]);
    expect(server.seen).toEqual([]);
  });
});

it('a remote server on the older transport is reached at /sse', async () => {
  const server = await startOldSdkServer('old');
  const { gateway } = await remoteAdapter(named(server.endpoint, '/sse'));
  const { SSEClientTransport } = await import('@modelcontextprotocol/sdk/client/sse.js');
  const { Client: Legacy } = await import('@modelcontextprotocol/sdk/client/index.js');
  const client = new Legacy({ name: 'test', version: '1' });
  afterTest(() => client.close());
  await client.connect(new SSEClientTransport(new URL(`${gateway.url}/adapters/echo/sse`), { requestInit: ALICE }));
  expect(await callText({ client }, 'count')).toBe('old 1');
});

describe('an address that is not public', () => {
  it.each([
    ['http://127.0.0.1', 'the URL of the server has a loopback address'],
    ['http://[::ffff:127.0.0.1]', 'the URL of the server has a loopback address'],
    ['http://2130706433', 'the URL of the server has a loopback address'],
    ['http://169.254.169.254', 'the URL of the server has the address of a metadata service'],
    [`http://${NAME}`, 'the host name of the server leads to a loopback address'],
  ])('is not connected to unless it is allowed: %s', async (origin, why) => {
    const server = await startJson();
    const { port } = new URL(server.endpoint.url);
    const { request } = await remoteAdapter(`${origin}:${port}/mcp`, { allowed: ['10.0.0.0/8'] });
    const { status, text } = await request(LIST);
    expect([status, text]).toEqual([502, expect.stringContaining('UPSTREAM_NOT_ALLOWED')]);
    expect(text).toContain(why);
    expect(text).toContain('MCP_GATEWAY_REMOTE_ALLOWED_NETWORKS');
    expect(server.seen).toEqual([]);
  });

  /** Two servers on one port: one where the gateway may connect to, and one where it may not. */
  async function twoServers() {
    const counts = { permitted: 0, forbidden: 0 };
    const listening = async (host: string, port: number, count: () => void) => {
      const server = createServer((_req, res) => {
        count();
        res.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(RESULT);
      }).listen(port, host);
      await once(server, 'listening');
      afterTest(() => server.close());
      return (server.address() as AddressInfo).port;
    };
    const port = await listening('127.0.0.1', 0, () => (counts.permitted += 1));
    await listening('127.0.0.2', port, () => (counts.forbidden += 1));
    return { url: `http://${NAME}:${port}/mcp`, counts };
  }

  it('is not reached by a name that leads there when it is asked for a second time', async () => {
    const { url, counts } = await twoServers();
    const { lookup, asked } = resolverOf(['127.0.0.1'], ['127.0.0.2']);
    const { request } = await remoteAdapter(url, { lookup });
    expect((await request(LIST)).status).toBe(200);
    expect(asked).toEqual([NAME]);
    const { status, text } = await request(LIST);
    expect([status, text]).toEqual([
      502,
      expect.stringContaining('the host name of the server leads to a loopback address'),
    ]);
    expect([asked.length, counts]).toEqual([2, { permitted: 1, forbidden: 0 }]);
  });

  it('is left out when a name leads to a permitted address, too', async () => {
    const { url, counts } = await twoServers();
    const { request } = await remoteAdapter(url, { lookup: resolverOf(['127.0.0.2', '127.0.0.1']).lookup });
    expect((await request(LIST)).status).toBe(200);
    expect(counts).toEqual({ permitted: 1, forbidden: 0 });
  });

  it('is not reached by a redirect', async () => {
    const { url, counts } = await twoServers();
    const forbidden = url.replace(NAME, '127.0.0.2');
    const server = await startUpstream((_req, res) => res.writeHead(307, { location: forbidden }).end());
    const { request } = await remoteAdapter(named(server.endpoint));
    expect((await request(LIST)).status).toBe(502);
    expect(counts.forbidden).toBe(0);
  });
});

describe('behind an HTTP proxy', () => {
  it('sessions go through a tunnel to a name that only the proxy knows', async () => {
    const server = await startSdkServer(undefined, certificate());
    const proxy = await startProxy(server.endpoint);
    const url = named(server.endpoint);
    const { mcp } = await remoteAdapter(url, {
      lookup: resolverOf([]).lookup,
      proxies: { HTTPS_PROXY: `http://user:pass@${proxy.host}`, NO_PROXY: 'elsewhere.example' },
    });
    const session = await connect(mcp, ALICE);
    expect(await callText(session, 'count')).toBe('1');
    const credentials = Buffer.from('user:pass').toString('base64');
    expect(proxy.asked).toContain(`${new URL(url).host} Basic ${credentials}`);
    expect(server.seen[0]?.header('proxy-authorization')).toEqual([]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['the name', { NO_PROXY: NAME }, []],
    ['its domain', { no_proxy: '.example.test' }, []],
    ['nothing', {}, ['asked']],
  ])('a server is called directly when NO_PROXY names %s', async (_what, more, expected) => {
    const server = await startJson(certificate());
    const proxy = await startProxy(server.endpoint);
    const { request } = await remoteAdapter(named(server.endpoint), { proxies: { HTTPS_PROXY: proxy.host, ...more } });
    expect((await request(LIST)).status).toBe(200);
    expect(proxy.asked.map(() => 'asked')).toEqual(expected);
  });

  it('a name that leads to a refused address here is not asked for', async () => {
    const server = await startJson(certificate());
    const proxy = await startProxy(server.endpoint);
    const { request } = await remoteAdapter(named(server.endpoint), {
      allowed: [],
      proxies: { HTTPS_PROXY: proxy.host },
    });
    expect((await request(LIST)).text).toContain('UPSTREAM_NOT_ALLOWED');
    expect(proxy.asked).toEqual([]);
  });

  it('the caller learns that the proxy refuses, and that the call did not run', async () => {
    const server = await startJson(certificate());
    const proxy = await startProxy(server.endpoint, { status: 403 });
    const { request } = await remoteAdapter(named(server.endpoint), { proxies: { https_proxy: proxy.host } });
    const { status, text } = await request(LIST);
    expect([status, text]).toEqual([502, expect.stringContaining('answers CONNECT with 403')]);
    expect(text).toContain('UPSTREAM_REFUSED');
  });
});

describe('a redirect of a remote server', () => {
  const redirecting = async (location: string, status = 307, tls?: Parameters<typeof startUpstream>[1]) => {
    const server = await startUpstream((req, res) => {
      if (req.url?.startsWith('/mcp/')) return res.writeHead(200, { 'content-type': 'application/json' }).end(RESULT);
      return res.writeHead(status, { location: location.replace('OWN', req.headers.host ?? '') }).end();
    }, tls);
    return { server, ...(await remoteAdapter(named(server.endpoint, '/mcp?key=7'))) };
  };

  it.each([
    ['/mcp/?key=7', 307],
    ['https://OWN/mcp/?key=7', 308],
    ['/mcp/?key=7', 301],
  ])('to its own slash is followed, and the client does not notice: %s %s', async (location, status) => {
    const { server, request } = await redirecting(location, status, certificate());
    for (const _ of [1, 2]) expect((await request(LIST)).status).toBe(200);
    expect(server.seen.map(({ url }) => url)).toEqual(['/mcp?key=7', '/mcp/?key=7', '/mcp/?key=7']);
  });

  it.each([
    ['https://elsewhere.example/mcp', 307, 'to another host or another scheme'],
    ['https://OWN/mcp', 301, 'to another host or another scheme'],
    ['/login?next=secret', 302, 'the server redirects to \\"/login\\"; change the path in remote.url'],
  ])('elsewhere is an error that says so, and no address of the server: %s %s', async (location, status, why) => {
    const { server, request } = await redirecting(location, status);
    const answer = await request(LIST);
    expect([answer.status, answer.header('location')]).toEqual([502, undefined]);
    expect(answer.text).toContain(why);
    expect(answer.text).not.toMatch(/elsewhere|key=7|next=|example\.test/);
    expect(server.seen).toHaveLength(1);
  });

  it('to its own URL shows the client no query of the remote URL', async () => {
    const { request } = await redirecting('/mcp?key=7', 303);
    const answer = await request(LIST);
    expect([answer.status, answer.header('location')]).toEqual([303, 'mcp']);
  });
});

describe('a remote server that goes away', () => {
  it('is reported at once, and its sessions go on when it returns, also when it has forgotten them', async () => {
    const first = await startReplica();
    const relay = await startRelay();
    await relay.to(first.endpoint.url);
    const { gateway } = await remoteAdapter(`http://${NAME}:${new URL(relay.url).port}/mcp`);
    const session = await begin(gateway.url);
    expect((await callTool(gateway.url, session, 'who')).status).toBe(200);

    await relay.away();
    const began = await send(`${gateway.url}/adapters/echo/mcp`, { body: message('initialize', { capabilities: {} }) });
    expect([began.status, began.text]).toEqual([502, expect.stringContaining('UPSTREAM_REFUSED')]);
    const refused = await callTool(gateway.url, session, 'pay');
    expect([refused.status, refused.text]).toEqual([502, expect.stringMatching(/UPSTREAM_(REFUSED|GONE)/)]);

    await relay.to(first.endpoint.url);
    expect((await callTool(gateway.url, session, 'who')).status).toBe(200);
    expect(first.received.filter(({ method }) => method === 'initialize')).toHaveLength(1);

    const second = await startReplica();
    await relay.away();
    await relay.to(second.endpoint.url);
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
    expect(second.received.map(({ method }) => method)).toContain('initialize');
  });

  it('is followed to another URL by its sessions', async () => {
    const [first, second] = [await startReplica(), await startReplica()];
    const { gateway, moveTo } = await remoteAdapter(named(first.endpoint));
    const session = await begin(gateway.url);
    expect(await whereIs(gateway.url, session)).toBe(first.endpoint.id);
    await moveTo(named(second.endpoint));
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
  });
});
