import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { answerTo, bodyOf, head, open, start } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };

/** A server whose answers the test writes itself. */
async function byHand(timeoutMs = 10_000) {
  const answers: ServerResponse[] = [];
  const upstream = await startUpstream((_req, res) => answers.push(res));
  const gateway = await startGateway({ routes: [routeTo(upstream.endpoint)], timeoutMs });
  const url = `${gateway.url}/adapters/echo/mcp`;
  return { upstream, gateway, url, answer: () => waitFor('the server to have the request', () => answers.shift()) };
}

async function beginStream(method: string) {
  const { url, answer, ...rest } = await byHand();
  const opening = open(url, { method });
  const server = await answer();
  server.writeHead(200, { ...EVENT_STREAM, 'x-accel-buffering': 'no' }).flushHeaders();
  return { client: await opening, server, url, answer, ...rest };
}

async function next(stream: IncomingMessage): Promise<string> {
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  return chunk.toString();
}

describe.each(['GET', 'POST'])('an event stream that answers a %s', (method) => {
  it('has its head reach the client before there is an event', async () => {
    const { client } = await beginStream(method);
    const { status, header } = head(client);
    expect(status).toBe(200);
    expect(header('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(header('cache-control')).toBe('no-cache');
    expect(header('x-accel-buffering')).toBe('no');
    expect(header('content-encoding')).toBeUndefined();
  });

  it('has its head reach the client at once, however its content type is written', async () => {
    const upstream = await startUpstream((_req, res) =>
      res.writeHead(200, { 'content-type': 'Text/Event-Stream' }).flushHeaders(),
    );
    const { url } = await startGateway({ routes: [routeTo(upstream.endpoint)] });
    const client = await open(`${url}/adapters/echo/mcp`, { method, ...(method === 'POST' && { body: '{}' }) });
    expect(head(client).header('content-type')).toBe('Text/Event-Stream');
  });

  it('reaches the client event by event, byte for byte', async () => {
    const { client, server } = await beginStream(method);
    const events = [
      'id: 0/1\ndata:\n\n',
      ': keep-alive\n\n',
      'event: message\nid: 0/2\ndata: {"text":"王\u2028"}\n\n',
      'retry: 1500\r\n\r\n',
      'data: a half, ',
      'and the rest\r\r',
    ];
    for (const event of events) {
      server.write(event);
      expect(await next(client)).toBe(event); // before the next event is written
    }
    server.end('data: last');
    expect((await bodyOf(client)).toString()).toBe('data: last');
    expect(client.complete).toBe(true);
  });

  it('ends at the server soon after the client has left', async () => {
    const { client, server, upstream, gateway } = await beginStream(method);
    server.write('data: 1\n\n');
    await next(client);
    client.destroy();
    await expect(upstream.seen[0]?.cut).resolves.toBeUndefined();
    await waitFor('it not to count any more', () => gateway.upstreams.inFlight(upstream.endpoint) === 0);
  });

  it('is aborted, not ended, at the client when the server dies', async () => {
    const { client, server, upstream, gateway } = await beginStream(method);
    server.write('data: 1\n\n');
    await next(client);
    server.destroy();
    await expect(bodyOf(client)).rejects.toThrow('aborted');
    expect(client.complete).toBe(false);
    expect(gateway.upstreams.inFlight(upstream.endpoint)).toBe(0);
  });
});

describe('a time limit', () => {
  it('never ends a silent stream', async () => {
    const { url, answer } = await byHand(500);
    const opening = open(url, { method: 'GET' });
    const server = await answer();
    server.writeHead(200, EVENT_STREAM).flushHeaders();
    const client = await opening;
    await open(url).then(bodyOf); // refused at the time limit
    server.write('data: after all\n\n');
    expect(await next(client)).toBe('data: after all\n\n');
  });
});

describe('a client that leaves', () => {
  it('ends its request at a server that has not answered', async () => {
    const { url, upstream, gateway, answer } = await byHand();
    const req = start(url);
    req.end('{}');
    await answer();
    expect(gateway.upstreams.inFlight(upstream.endpoint)).toBe(1);
    req.destroy();
    await expect(upstream.seen[0]?.cut).resolves.toBeUndefined();
    await waitFor('it not to count any more', () => gateway.upstreams.inFlight(upstream.endpoint) === 0);
  });

  // A shorter one waits for its whole body before the server gets any of it.
  it.each([{ 'Content-Length': '100000' }, { 'Transfer-Encoding': 'chunked' }])(
    'ends its request at the server while it still sends (%j)',
    async (headers) => {
      const { url, upstream, gateway, answer } = await byHand();
      const req = start(url, { headers });
      req.write('the beginning');
      const server = await answer();
      const aborted = once(server.req, 'error');
      server.req.resume();
      req.destroy();
      expect(String(await aborted)).toContain('aborted');
      await waitFor('it not to count any more', () => gateway.upstreams.inFlight(upstream.endpoint) === 0);
    },
  );
});

describe('a client that leaves while it sends a short message', () => {
  it.each([
    ['of no session', {}],
    ['of a stateless request', { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call' }],
  ])('causes no request to a server: one %s', async (_what, headers) => {
    const { url, upstream } = await byHand();
    const left = start(url, { headers: { ...headers, 'Content-Length': '100' } });
    await new Promise<void>((resolve) => left.write('the beginning', () => resolve()));
    left.destroy();
    void open(url, { headers: { 'X-Next': '1' } }).catch(() => {});
    await waitFor('the server to have the next request', () => upstream.seen.length > 0);
    expect(upstream.seen.map(({ header }) => header('x-next'))).toEqual([['1']]);
  });
});

describe('a side that does not read', () => {
  const CHUNK = Buffer.alloc(64 * 1024, 'x');
  const TOTAL = 64 * 1024 * 1024;
  /** The capacity of the sockets on the way. */
  const ON_THE_WAY = 24 * 1024 * 1024;

  let upstream: Upstream;
  let gateway: Gateway;
  let url: string;
  let sent: number;
  let serverReads: Promise<void>;
  let letServerRead: () => void;

  beforeEach(async () => {
    sent = 0;
    serverReads = new Promise((resolve) => (letServerRead = resolve));
    upstream = await startUpstream(async (req, res) => {
      if (req.method === 'GET') return writeAll(res);
      await serverReads;
      res.end(String((await bodyOf(req)).length));
    });
    gateway = await startGateway({ routes: [routeTo(upstream.endpoint)], bodyBytes: TOTAL });
    url = `${gateway.url}/adapters/echo/mcp`;
  });

  async function writeAll(to: { write(chunk: Buffer): boolean; end(): unknown } & NodeJS.EventEmitter) {
    for (; sent < TOTAL; sent += CHUNK.length) if (!to.write(CHUNK)) await once(to, 'drain');
    to.end();
  }

  /** Until no byte has passed for a while. */
  async function standstill(): Promise<number> {
    let before = -1;
    let polls = 0;
    await waitFor('a standstill', () => {
      polls = sent === before ? polls + 1 : 0;
      before = sent;
      return sent > 0 && polls === 8;
    });
    return sent;
  }

  it('pauses the server when it is the client, and loses nothing', async () => {
    const client = await open(url, { method: 'GET' });
    const memory = process.memoryUsage().arrayBuffers;
    expect(await standstill()).toBeLessThan(ON_THE_WAY);
    expect(process.memoryUsage().arrayBuffers - memory).toBeLessThan(ON_THE_WAY);
    let received = 0;
    for await (const chunk of client) received += (chunk as Buffer).length;
    expect(received).toBe(TOTAL);
  });

  it.each([{ 'Content-Length': String(TOTAL) }, { 'Transfer-Encoding': 'chunked' }])(
    'pauses the client when it is the server, and loses nothing (%j)',
    async (headers) => {
      const req = start(url, { headers });
      const answer = answerTo(req);
      const sending = writeAll(req);
      expect(await standstill()).toBeLessThan(ON_THE_WAY);
      letServerRead();
      await sending;
      expect((await bodyOf(await answer)).toString()).toBe(String(TOTAL));
    },
  );

  it('delays no other stream', async () => {
    await open(url, { method: 'GET' });
    await standstill();
    letServerRead();
    const other = start(url);
    other.end('{}');
    expect((await bodyOf(await answerTo(other))).toString()).toBe('2');
  });
});
