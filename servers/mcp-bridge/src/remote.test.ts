import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { z } from 'zod';
import { startBridge, until } from '../test/bridge.js';
import { end, initialize, openSession, post, request, send } from '../test/wire.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server of streamable HTTP that records its requests and answers with `answer`. */
async function recording(answer: RequestListener) {
  const requests: { req: IncomingMessage; body: string }[] = [];
  const origin = await listen((req, res) => {
    void text(req).then((body) => {
      if (req.headers['user-agent'] !== 'mcp-gateway-bridge') requests.push({ req, body });
      answer(req, res);
    });
  });
  return { origin, requests };
}

it('makes the bridge ready with its first answer, whatever it says, and the health check says why it is not', async () => {
  const port = Number(new URL(await listen(() => {})).port);
  const holder = servers.pop();
  holder?.close();
  if (holder) await once(holder, 'close');
  const { url } = await startBridge({ MCP_PROXY_URL: `http://127.0.0.1:${port}/mcp` });
  const health = async () => {
    const response = await fetch(new URL('/healthz', url));
    return `${response.status} ${await response.text()}`;
  };
  const says = `127.0.0.1:${port} does not answer (ECONNREFUSED)`;
  await until(async () => (await health()).includes(says));
  expect(await health()).toMatch(/^503 /);
  const server = createServer((_req, res) => res.writeHead(401).end()).listen(port, '127.0.0.1');
  servers.push(server);
  await until(async () => (await health()) === '200 ok');
  server.close();
  server.closeAllConnections();
  expect(await health()).toBe('200 ok');
});

describe('a remote server of streamable HTTP', () => {
  it('gets the bytes of the client with the headers of MCP, and nothing about the caller', async () => {
    const { origin, requests } = await recording((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's-1', 'set-cookie': 'a=b' });
      res.end('{ "jsonrpc":"2.0", "id":1, "result": {"n":12345678901234567890} }');
    });
    const MCP_PROXY_HEADERS = JSON.stringify({ Authorization: 'Bearer secret' });
    const { url } = await startBridge({ MCP_PROXY_URL: `${origin}/some/mcp`, MCP_PROXY_HEADERS });
    const body = '{ "jsonrpc":"2.0", "id":1, "method":"initialize",\n "params":{} }';
    const response = await send(url, body, {
      'mcp-protocol-version': '2025-11-25',
      'mcp-param-region': 'eu',
      'x-mcp-userid': 'alice',
      'x-mcp-identity-token': 'jwt',
      'x-forwarded-for': '10.0.0.1',
      authorization: 'Bearer of the caller',
      cookie: 'c=d',
    });
    expect(await response.text()).toBe('{ "jsonrpc":"2.0", "id":1, "result": {"n":12345678901234567890} }');
    expect(response.headers.get('mcp-session-id')).toBe('s-1');
    expect(response.headers.has('set-cookie')).toBe(false);
    expect(requests).toMatchObject([{ body, req: { url: '/some/mcp', method: 'POST' } }]);
    const headers = { ...requests[0]?.req.headers };
    expect(headers).toMatchObject({ authorization: 'Bearer secret', 'mcp-param-region': 'eu' });
    const passed = Object.keys(headers).filter((name) => !['host', 'connection', 'content-length'].includes(name));
    expect(passed.toSorted()).toEqual([
      'accept',
      'accept-language',
      'authorization',
      'content-type',
      'mcp-param-region',
      'mcp-protocol-version',
    ]);
  });

  it('gets the credentials of the gateway unless the adapter has its own', async () => {
    const { origin, requests } = await recording((_req, res) => void res.writeHead(202).end());
    const { url } = await startBridge({ MCP_PROXY_URL: origin });
    await send(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, { authorization: 'Bearer issued' });
    expect(requests[0]?.req.headers.authorization).toBe('Bearer issued');
  });

  it('streams as it comes, with its status, and hears when the client leaves', async () => {
    let closed = false;
    const { origin } = await recording((req, res) => {
      res.writeHead(req.method === 'DELETE' ? 405 : 200, { 'content-type': 'text/event-stream' }).flushHeaders();
      if (req.method === 'DELETE') return void res.end();
      res.once('close', () => (closed = true));
      res.write('id: 7\nevent: message\ndata: {}\n\n: comment\n\n');
    });
    const { url } = await startBridge({ MCP_PROXY_URL: origin });
    expect((await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': 's' } })).status).toBe(405);
    const leaves = new AbortController();
    const headers = { accept: 'text/event-stream', 'last-event-id': '6' };
    const stream = await fetch(url, { headers, signal: leaves.signal });
    const first = await stream.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe('id: 7\nevent: message\ndata: {}\n\n: comment\n\n');
    leaves.abort();
    await until(() => closed);
  });

  it.each([
    [
      'that does not answer',
      () => Promise.resolve('http://127.0.0.1:1'),
      /127\.0\.0\.1:1 does not answer \(ECONNREFUSED\)/,
    ],
    [
      'that wants credentials',
      () => listen((_, res) => void res.writeHead(401).end()),
      /answers 401.* Set MCP_PROXY_HEADERS/,
    ],
    [
      'that redirects to another one',
      () => listen((_, res) => void res.writeHead(307, { location: 'http://169.254.169.254/x' }).end()),
      /redirects to another server, http:\/\/169\.254\.169\.254\. If that is right, set MCP_PROXY_URL to/,
    ],
    [
      'that redirects for ever',
      () => listen((req, res) => void res.writeHead(308, { location: `${req.url}x` }).end()),
      /redirects more than 3 times/,
    ],
  ])('%s is a 502 in words', async (_what, start, message) => {
    const { url } = await startBridge({ MCP_PROXY_URL: await start() });
    const { status, messages } = await post(url, request(1, 'tools/list'));
    expect(status).toBe(502);
    expect(messages[0]?.error?.message).toMatch(message);
  });

  it('that redirects within itself is followed, once and for all', async () => {
    const paths: string[] = [];
    const { origin } = await recording((req, res) => {
      if (req.headers['user-agent'] !== 'mcp-gateway-bridge') paths.push(String(req.url));
      if (req.url === '/mcp') return void res.writeHead(307, { location: '/mcp/' }).end();
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":1,"result":{}}');
    });
    const { url } = await startBridge({ MCP_PROXY_URL: `${origin}/mcp` });
    for (let count = 0; count < 2; count += 1) expect((await post(url, request(1, 'ping'))).status).toBe(200);
    expect(paths).toEqual(['/mcp', '/mcp/', '/mcp/']);
  });
});

describe('a remote server of the older transport', () => {
  /** A server of the SDK with a session for each stream. */
  async function startOlder() {
    const transports = new Map<string, SSEServerTransport>();
    const origin = await listen((req, res) => {
      const { pathname, searchParams } = new URL(req.url ?? '', 'http://server');
      if (req.method === 'GET' && pathname === '/sse') {
        const transport = new SSEServerTransport('/messages', res);
        transports.set(transport.sessionId, transport);
        res.once('close', () => transports.delete(transport.sessionId));
        const server = new McpServer({ name: 'older', version: '1' });
        server.registerTool('add', { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => ({
          content: [{ type: 'text', text: `${a + b}` }],
        }));
        return void server.connect(transport);
      }
      const transport = transports.get(searchParams.get('sessionId') ?? '');
      if (req.method === 'POST' && pathname === '/messages' && transport)
        return void transport.handlePostMessage(req, res);
      res.writeHead(req.method === 'POST' ? 405 : 404).end();
    });
    return { url: `${origin}/sse`, transports };
  }

  it('serves clients of streamable HTTP, with a stream for each session', async () => {
    const older = await startOlder();
    const { url } = await startBridge({ MCP_PROXY_URL: older.url });
    const clients = [new Client({ name: 'a', version: '1' }), new Client({ name: 'b', version: '1' })];
    const bridged = clients.map((client) => ({ client, transport: new StreamableHTTPClientTransport(new URL(url)) }));
    for (const { client, transport } of bridged) await client.connect(transport);
    const answers = await Promise.all(
      clients.map((client, a) => client.callTool({ name: 'add', arguments: { a, b: 1 } })),
    );
    expect(answers.map(({ content }) => content)).toEqual([
      [{ type: 'text', text: '1' }],
      [{ type: 'text', text: '2' }],
    ]);
    expect(older.transports.size).toBe(2);
    for (const { client, transport } of bridged) {
      await transport.terminateSession();
      await client.close();
    }
    await until(() => older.transports.size === 0);
  });

  it('that ends a stream ends that session', async () => {
    const older = await startOlder();
    const { url } = await startBridge({ MCP_PROXY_URL: older.url });
    const session = await openSession(url);
    for (const transport of older.transports.values()) await transport.close();
    await until(async () => (await post(url, request(1, 'ping'), session)).status === 404);
    const again = await openSession(url);
    expect((await post(url, request(1, 'ping'), again)).messages[0]?.result).toEqual({});
    await end(url, again);
  });

  it('that takes no messages gets no more of them than may wait', async () => {
    const origin = await listen((req, res) => {
      if (req.method === 'POST' && req.url !== '/m') return void res.writeHead(405).end();
      void text(req).then((body) => {
        if (req.method === 'POST') return /initialize/.test(body) ? void res.writeHead(202).end() : undefined;
        res.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\ndata: /m\n\n');
        return void res.write('event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
      });
    });
    const { url } = await startBridge({ MCP_PROXY_URL: origin, MCP_BRIDGE_MAX_MESSAGE_BYTES: '100000' });
    const { headers } = await post(url, initialize());
    const session = { 'mcp-session-id': headers.get('mcp-session-id') ?? '' };
    const flood = { jsonrpc: '2.0', method: 'notifications/flood', params: { text: 'x'.repeat(60_000) } };
    for (let count = 0; count < 3; count += 1) expect((await post(url, flood, session)).status).toBe(202);
    const { messages } = await post(url, request(2, 'ping'), session);
    expect(messages[0]?.error?.message).toContain('does not read its input; the message was not sent to it');
  });

  it.each([
    [
      'names an endpoint elsewhere',
      'event: endpoint\ndata: http://169.254.169.254/\n\n',
      'names an endpoint on another server',
    ],
    ['sends no end', 'event: endpoint\ndata: /m\n\nevent: message\ndata: {', 'has more than 100000 bytes'],
  ])('that %s ends the session with the reason', async (_what, stream, message) => {
    const origin = await listen((req, res) => {
      if (req.method === 'POST') return void res.writeHead(req.url === '/m' ? 202 : 405).end();
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write(stream);
      if (stream.endsWith('{')) res.write('x'.repeat(200_000));
    });
    const { url } = await startBridge({ MCP_PROXY_URL: origin, MCP_BRIDGE_MAX_MESSAGE_BYTES: '100000' });
    expect((await post(url, initialize())).messages[0]?.error?.message).toContain(message);
  });
});
