import { once } from 'node:events';
import { constants } from 'node:http2';
import { get } from 'node:https';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf, send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { selfSigned } from './support/certificate.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { http2Client } from './support/http2.js';
import { rawConnection } from './support/raw.js';
import { initialize } from './support/session-server.js';
import { ownHost, routeTo, startUpstream, type Upstream } from './support/upstream.js';

const PATH = '/adapters/echo/mcp';
const tls = selfSigned();
const MIB = 1024 * 1024;

describe.each([
  { way: 'with TLS', wire: { tls } },
  { way: 'without TLS', wire: { http2Cleartext: true } },
])('HTTP/2 $way', ({ wire }) => {
  let upstream: Upstream;
  let gateway: Gateway;
  let client: ReturnType<typeof http2Client>;
  let answers: Parameters<typeof startUpstream>[0];
  beforeEach(async () => {
    answers = async (req, res) => {
      const body = await bodyOf(req).catch(() => 'cut off');
      res.writeHead(200, ['X-Twice', 'a=1', 'X-Twice', 'b=2', 'X-Mixed', 'Case', 'Content-Type', 'text/plain']);
      res.end(`got ${body.toString()}`);
    };
    upstream = await startUpstream((...all) => answers(...all));
    gateway = await startGateway({ routes: [routeTo(upstream.endpoint)], wire, bodyBytes: MIB });
    client = http2Client(gateway.url, wire.tls?.cert);
  });

  it('carries a request and its answer', async () => {
    const { status, headers, text } = await client.send(`${PATH}?a=%2F`, { 'mcp-param-a': 'é'.normalize() }, 'a body');
    expect({ status, text }).toEqual({ status: 200, text: 'got a body' });
    expect(headers).toMatchObject({ 'x-twice': 'a=1, b=2', 'x-mixed': 'Case', 'content-type': 'text/plain' });
    expect(upstream.seen[0]).toMatchObject({ method: 'POST', url: '/mcp?a=%2F' });
    const { host, protocol } = new URL(gateway.url);
    expect(upstream.seen[0]?.header('host')).toEqual([ownHost(upstream.endpoint)]);
    expect(upstream.seen[0]?.header('forwarded')).toEqual([
      `for=127.0.0.1;host="${host}";proto=${protocol.slice(0, -1)}`,
    ]);
    expect(upstream.seen[0]?.header('x-mcp-userid')).toEqual(['alice']);
  });

  it.each(['GET', 'DELETE'])('carries a %s', async (method) => {
    expect((await client.send(PATH, { ':method': method })).text).toBe('got ');
    expect(upstream.seen[0]?.method).toBe(method);
  });

  it('carries many requests at once on one connection', async () => {
    const bodies = Array.from({ length: 100 }, (_, i) => `number ${i} ${'x'.repeat(i * 100)}`);
    const texts = await Promise.all(bodies.map(async (body) => (await client.send(PATH, {}, body)).text));
    expect(texts).toEqual(bodies.map((body) => `got ${body}`));
  });

  it('has session ids like HTTP/1.1', async () => {
    answers = (_req, res, { header }) => res.writeHead(200, ['Mcp-Session-Id', 'raw']).end(header('mcp-session-id')[0]);
    const opened = await client.send(PATH, {}, '{"jsonrpc":"2.0","id":1,"method":"initialize"}');
    const id = String(opened.headers['mcp-session-id']);
    expect(id).toMatch(/^[\w-]{100,}$/);
    expect((await client.send(PATH, { 'mcp-session-id': id })).text).toBe('raw');
  });

  it('streams events as they come, and tells the server when the client has left', async () => {
    let events: Parameters<typeof answers>[1] | undefined;
    answers = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      events = res;
    };
    const stream = client.start(PATH, { ':method': 'GET' });
    stream.end();
    expect((await client.headOf(stream))['content-type']).toBe('text/event-stream');
    for (const event of ['id: 1\ndata: a\n\n', ': ping\n\n']) {
      events?.write(event);
      expect(String((await once(stream, 'data'))[0])).toBe(event);
    }
    stream.close();
    await expect(upstream.seen[0]?.cut).resolves.toBeUndefined();
    await waitFor('it not to count any more', () => gateway.upstreams.inFlight(upstream.endpoint) === 0);
  });

  it('breaks off where the server does', async () => {
    answers = (_req, res) => res.write('half', () => res.destroy());
    const stream = client.start(PATH);
    stream.end();
    stream.resume();
    const code = await new Promise((resolve) => stream.once('close', () => resolve(stream.rstCode)));
    expect(code).toBe(constants.NGHTTP2_INTERNAL_ERROR);
  });

  it('pauses the server when the client does not read', async () => {
    let written = 0;
    answers = async (_req, res) => {
      const chunk = Buffer.alloc(65_536, 'x');
      for (; written < 64 * MIB && !res.destroyed; written += chunk.length) {
        if (!res.write(chunk)) await once(res, 'drain').catch(() => {});
      }
    };
    const stream = client.start(PATH);
    stream.end();
    await client.headOf(stream);
    let before = -1;
    let polls = 0;
    await waitFor('a standstill', () => {
      polls = written === before ? polls + 1 : 0;
      before = written;
      return written > 0 && polls === 8;
    });
    expect(written).toBeLessThan(24 * MIB);
  });

  it('has the same limits and refusals', async () => {
    expect((await client.send('/adapters/nobody/mcp')).status).toBe(404);
    expect((await client.send(PATH, { ':method': 'PUT' })).status).toBe(405);
    expect((await client.send(PATH, {}, 'x'.repeat(MIB + 1))).status).toBe(413);
    expect((await client.send(PATH, { ':authority': 'evil.example' })).status).toBe(403);
    expect((await client.send(PATH, { 'x-long': 'x'.repeat(40_000) })).status).toBe(431);
    expect((await client.send(PATH, {}, 'after all')).text).toBe('got after all');
  });

  it('reaches the management API as well', async () => {
    expect(await client.send('/livez', { ':method': 'GET' })).toMatchObject({ status: 200, text: 'ok' });
    expect((await client.send('/adapters', { ':method': 'GET' })).status).toBe(503);
  });

  it('lets open requests end before the gateway does', async () => {
    let finish = () => {};
    answers = (_req, res) => (finish = () => res.end('after all'));
    const answer = client.send(PATH);
    await waitFor('the request', () => upstream.seen.length === 1);
    const closed = gateway.close(10_000);
    finish();
    expect((await answer).text).toBe('after all');
    await closed;
  });

  it('limits the wait for open streams when the gateway ends', async () => {
    answers = (_req, res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const stream = client.start(PATH);
    stream.end();
    await client.headOf(stream);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    await gateway.close(10);
    await closed;
  });
});

describe('HTTP/1.1 on the same port', () => {
  it('works with TLS', async () => {
    const gateway = await startGateway({ wire: { tls } });
    const [res] = (await once(get(`${gateway.url}/livez`, { ca: tls.cert, agent: false }), 'response')) as [
      Parameters<typeof bodyOf>[0],
    ];
    expect([res.httpVersion, (await bodyOf(res)).toString()]).toEqual(['1.1', 'ok']);
  });

  it('works without TLS, also in parts', async () => {
    const upstream = await startUpstream((_req, res) => res.end('ok'));
    const { url } = await startGateway({ routes: [routeTo(upstream.endpoint)], wire: { http2Cleartext: true } });
    expect((await initialize(url)).text).toBe('ok');
    expect((await send(`${url}/livez`, { method: 'GET' })).text).toBe('ok');
    const connection = rawConnection(url);
    for (const part of ['P', 'OST /adapters/echo/mcp HTTP/1.1\r\nHost: localhost\r\n', 'X-Dev-UserId: alice\r\n\r\n']) {
      connection.write(part);
      await send(`${url}/livez`, { method: 'GET' });
    }
    expect(await connection.until('ok')).toContain('HTTP/1.1 200 OK');
  });
});
