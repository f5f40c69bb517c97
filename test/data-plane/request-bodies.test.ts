import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { answerTo, bodyOf, head, send, start } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { rpcError } from './support/rpc-error.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const MIB = 1024 * 1024;
const TOO_LARGE = rpcError(-32005, `The request body is too large: the limit is ${MIB} bytes`, 'TOO_LARGE');

const INITIALIZE = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}');

describe('the body of a request', () => {
  let upstream: Upstream;
  let gateway: Gateway;
  let url: string;

  beforeEach(async () => {
    upstream = await startUpstream(async (req, res) => res.end(await bodyOf(req).catch(() => 'cut')));
    gateway = await startGateway({ routes: [routeTo(upstream.endpoint)], bodyBytes: MIB });
    url = `${gateway.url}/adapters/echo/mcp`;
  });

  const bodies: [string, Buffer][] = [
    ['JSON', INITIALIZE],
    ['binary', randomBytes(10_000)],
    ['one byte', Buffer.of(0)],
    ['as large as allowed', randomBytes(MIB)],
    ['too large to be kept for a session', randomBytes(64 * 1024 + 1)],
  ];

  it.each(bodies)('reaches the server unchanged: %s', async (_name, body) => {
    const { status, body: echoed } = await send(url, { body });
    expect(status).toBe(200);
    expect(echoed.equals(body)).toBe(true);
    expect(upstream.seen[0]?.header('content-length')).toEqual([String(body.length)]);
    expect(upstream.seen[0]?.header('transfer-encoding')).toEqual([]);
  });

  it.each(bodies)('reaches the server unchanged, in chunks: %s', async (_name, body) => {
    const req = start(url);
    for (let at = 0; at < body.length; at += 30_000) {
      if (!req.write(body.subarray(at, at + 30_000))) await once(req, 'drain');
    }
    req.end();
    expect((await bodyOf(await answerTo(req))).equals(body)).toBe(true);
  });

  it('stays compressed on its way to the server', async () => {
    const body = randomBytes(100);
    const answer = await send(url, { body, headers: { 'Content-Encoding': 'gzip' } });
    expect(answer.body.equals(body)).toBe(true);
    expect(upstream.seen[0]?.header('content-encoding')).toEqual(['gzip']);
  });

  it.each(['POST', 'GET', 'DELETE'])('may be missing from a %s', async (method) => {
    expect(await send(url, { method })).toMatchObject({ status: 200, text: '' });
  });

  it('reaches the server with a GET and a DELETE, too', async () => {
    expect(await send(url, { method: 'DELETE', body: 'why', headers: { 'Content-Length': '3' } })).toMatchObject({
      status: 200,
      text: 'why',
    });
  });

  it('is streamed: the server has the first part before the client has sent the last', async () => {
    let arrived: ((text: string) => void) | undefined;
    const first = new Promise<string>((resolve) => (arrived = resolve));
    const streaming = await startUpstream((req, res) => {
      req.once('data', (chunk: Buffer) => arrived?.(chunk.toString()));
      req.once('end', () => res.end('all'));
    });
    await gateway.publish(routeTo(streaming.endpoint));
    const req = start(url);
    req.write('first');
    expect(await first).toBe('first');
    req.end('last');
    expect((await bodyOf(await answerTo(req))).toString()).toBe('all');
  });
});

describe('a body that is too large', () => {
  let upstream: Upstream;
  let received: Promise<string>;
  let url: string;

  beforeEach(async () => {
    let settle: (outcome: string) => void;
    received = new Promise((resolve) => (settle = resolve));
    upstream = await startUpstream((req, res) => {
      bodyOf(req).then(
        () => settle('all of it'),
        (error: Error) => settle(error.message),
      );
      req.once('end', () => res.end());
    });
    const gateway = await startGateway({ routes: [routeTo(upstream.endpoint)], bodyBytes: MIB });
    url = `${gateway.url}/adapters/echo/mcp`;
  });

  it('is refused before the server gets any of it when its length is announced', async () => {
    const answer = await send(url, { body: Buffer.alloc(MIB + 1) });
    expect(answer).toMatchObject({ status: 413, text: TOO_LARGE });
    expect(answer.header('content-type')).toBe('application/json');
    expect(upstream.seen).toEqual([]);
  });

  it('is refused without a wait for it', async () => {
    const req = start(url, { headers: { 'Content-Length': String(MIB * 1000) } });
    req.write('the rest never comes');
    const res = await answerTo(req);
    expect((await bodyOf(res)).toString()).toEqual(TOO_LARGE);
  });

  it('is refused in mid-stream when its length is unknown, and the server gets an incomplete body', async () => {
    const req = start(url);
    const answer = answerTo(req);
    for (let sent = 0; sent <= MIB; sent += 65_536) {
      req.write(Buffer.alloc(65_536));
      if (sent === 0) await waitFor('the server to have the beginning', () => upstream.seen.length);
    }
    const res: IncomingMessage = await answer;
    expect(head(res).status).toBe(413);
    expect((await bodyOf(res)).toString()).toEqual(TOO_LARGE);
    expect(await received).toBe('aborted');
  });

  it('ends the connection of a client that never stops sending', async () => {
    const req = start(url, { headers: { 'Content-Length': String(MIB * 1000), Connection: 'keep-alive' } });
    const closed = new Promise((resolve) => req.once('close', resolve)); // with or without an error
    req.flushHeaders();
    (await answerTo(req)).resume();
    const chunk = Buffer.alloc(65_536);
    const timer = setInterval(() => req.write(chunk), 50);
    await expect(closed).resolves.toBeUndefined();
    clearInterval(timer);
  });

  it('leaves the gateway working', async () => {
    await send(url, { body: Buffer.alloc(MIB + 1) });
    expect((await send(url, { body: INITIALIZE })).status).toBe(200);
  });
});
