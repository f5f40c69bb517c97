import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createUpstreams } from './pools.js';
import { proxyRequest, type ResponseSink, upstreamError } from './proxy.js';

const upstreams = createUpstreams({ timeoutMs: 10_000 });
const servers: Server[] = [];
/** Answers whose permit is watched. */
const watches = { now: 0 };
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});
afterAll(() => upstreams.close());

/** The part of the answer that the client gets. */
async function answerOf(answer: RequestListener, bodyIdleMs: number): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let got = '';
  const res: ResponseSink = {
    destroyed: false,
    writableFinished: false,
    writableNeedDrain: false,
    writeHead: (status) => (got += `${status} `),
    write: (chunk: Buffer | '') => ((got += chunk.toString()), true),
    end: () => (got += ' end'),
    once: () => {},
  };
  const options = { method: 'GET', path: '/', headers: [] } as const;
  const permit = {
    deny: () => undefined,
    watch() {
      watches.now += 1;
      return () => (watches.now -= 1);
    },
  };
  const asked = { res, options, onHead: () => [], clientPath: () => undefined, permit, bodyIdleMs };
  await proxyRequest(upstreams, { id: url, url, path: '/mcp', ready: true }, asked);
  return got;
}

describe('an answer that has ended', () => {
  it.each([
    ['has ended', (res: ServerResponse) => void res.end('two')],
    ['has been aborted', (res: ServerResponse) => void res.destroy()],
  ])('is no longer watched when it %s', async (_how, finish) => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<ServerResponse>();
    const answer = answerOf((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('one ');
      begin(res);
    }, 10_000).catch(() => {});
    const res = await begun;
    while (watches.now === 0) await delay(1);
    finish(res);
    await answer;
    expect(watches.now).toBe(0);
  });
});

describe('an answer that pauses', () => {
  it('is aborted after a while when it is not an event stream', async () => {
    const answer = answerOf((_req, res) => void res.writeHead(200, { 'content-length': '10' }).write('half'), 100);
    await expect(answer).rejects.toMatchObject({
      code: 'UPSTREAM_GONE',
      cause: { message: 'the body paused for too long' },
    });
  });

  it('continues when the pauses are shorter, or when it is an event stream', async () => {
    for (const [type, bodyIdleMs] of [
      ['application/json', 10_000],
      ['text/event-stream', 1],
    ] as const) {
      const answer = answerOf((_req, res) => {
        res.writeHead(200, { 'content-type': type }).write('one ');
        setTimeout(() => res.end('two'), 50);
      }, bodyIdleMs);
      expect(await answer).toBe('200 one two end');
    }
  });
});

describe('a connection error', () => {
  const of = (code: string) => Object.assign(new Error(code), { code });

  it.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'])(
    'says that the request did not run only when no byte of it was sent: %s',
    (code) => {
      expect(upstreamError(of(code), false).code).toBe('UPSTREAM_REFUSED');
      expect(upstreamError(of(code), true).code).toBe('UPSTREAM_GONE');
    },
  );

  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])(
    'never says that the call did not run when the server has ended the connection: %s',
    (code) => {
      expect([true, false].map((isSent) => upstreamError(of(code), isSent).code)).toEqual([
        'UPSTREAM_GONE',
        'UPSTREAM_GONE',
      ]);
    },
  );
});
