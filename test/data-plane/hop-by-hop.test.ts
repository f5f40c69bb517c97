import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf, send } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { exchange } from './support/raw.js';
import { routeTo, startTcpUpstream, startUpstream, type Upstream } from './support/upstream.js';

/** Headers of one connection, headers that look like those, and headers that Node treats specially. */
const ODD = [
  ['Trailer', 'x'],
  ['TE', 'trailers, gzip'],
  ['Keep-Alive', 'timeout=0'],
  ['Proxy-Connection', 'upgrade'],
  ['Proxy-Authorization', 'Basic eA=='],
  ['Upgrade', 'websocket'],
  ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
  ['constructor', 'x'],
  ['__proto__', 'x'],
] as const;
const CONNECTIONS = ['close', 'close, upgrade', 'close, trailer, x-once, content-length, host'];
const CASES = ODD.flatMap(([name, value]) => CONNECTIONS.map((connection) => ({ name, value, connection })));

const MANAGED = ['/adapters', '/adapters/echo/logs?follow=true', '/openapi.json'];
const PATHS = [...MANAGED, '/adapters/echo/mcp', '/nowhere', '/livez'];
const FRAMINGS = [
  { method: 'GET', framed: [], body: '' },
  { method: 'POST', framed: ['Content-Length: 2'], body: '{}' },
  { method: 'POST', framed: ['Transfer-Encoding: chunked'], body: '2\r\n{}\r\n0\r\n\r\n' },
];

const isAlive = async ({ url }: Gateway) => (await send(`${url}/livez`, { method: 'GET' })).status === 200;

describe('a request with headers of the connection', () => {
  let control: Upstream;
  let gateway: Gateway;
  beforeEach(async () => {
    const answer: Parameters<typeof startUpstream>[0] = async (req, res) => res.end(await bodyOf(req));
    control = await startUpstream(answer);
    const { endpoint } = await startUpstream(answer);
    gateway = await startGateway({ controlPlane: control.endpoint.url, routes: [routeTo(endpoint)] });
  });

  it.each(CASES)('is answered, with $name and Connection: $connection', async ({ name, value, connection }) => {
    for (const { method, framed, body } of FRAMINGS) {
      for (const path of PATHS) {
        const lines = [`${method} ${path} HTTP/1.1`, 'Host: localhost', 'X-Dev-UserId: alice', `${name}: ${value}`];
        const answer = await exchange(gateway.url, ...lines, `Connection: ${connection}`, ...framed, '', body);
        expect(answer).toMatch(/^HTTP\/1\.1 [24]\d\d /);
        expect(await isAlive(gateway)).toBe(true);
      }
    }
  });

  it('reaches the control plane without them, and with all other headers', async () => {
    const headers = { trailer: 'x', te: 'gzip', 'keep-alive': 'timeout=1', connection: 'close, x-once', 'x-once': '1' };
    const { text } = await send(`${gateway.url}/adapters`, { headers: { ...headers, 'x-kept': '1' }, body: '{}' });
    expect(text).toBe('{}');
    const seen = control.seen[0]?.headers.map(([name]) => name.toLowerCase());
    expect(seen).toEqual(expect.arrayContaining(['x-kept', 'x-dev-userid', 'x-forwarded-for']));
    for (const name of ['trailer', 'te', 'keep-alive', 'x-once']) expect(seen).not.toContain(name);
  });
});

describe('an answer of the control plane that cannot be passed on unchanged', () => {
  it.each([
    ...ODD.map(([name, value]) => ({ head: `200 OK\r\n${name}: ${value}`, status: /200/, body: '{}' })),
    { head: '200 OK\r\nConnection: close, x-once\r\nX-Once: 1', status: /200/, body: '{}' },
    { head: '200 O\x01K', status: /200/, body: '{}' },
    { head: '200 OK\r\nX-A: a\x01b', status: /200|503/, body: '{}' },
    { head: '099 Odd', status: /503/, body: '{}' },
    { head: '204 None', status: /204/, body: '' },
    { head: '304 Same', status: /304/, body: '' },
  ])('is replaced by a valid answer: $head', async ({ head, status, body }) => {
    const bytes = Buffer.from(`HTTP/1.1 ${head}\r\nContent-Length: 2\r\n\r\n${body}`, 'latin1');
    const { url: controlPlane } = await startTcpUpstream((socket) => void socket.end(bytes));
    const gateway = await startGateway({ controlPlane });
    for (const path of MANAGED) {
      expect(String((await send(gateway.url + path, { method: 'GET' })).status)).toMatch(status);
      expect(await isAlive(gateway)).toBe(true);
    }
  });
});
