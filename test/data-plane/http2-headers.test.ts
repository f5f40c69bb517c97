import { once } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf, send } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { http2Client } from './support/http2.js';
import { routeTo, startTcpUpstream, startUpstream, type Upstream } from './support/upstream.js';

const MCP = '/adapters/echo/mcp';
const PATHS = [MCP, '/adapters', '/adapters/echo/logs?follow=true', '/openapi.json', '/nowhere', '/livez'];
const wire = { http2Cleartext: true };

type Fields = Record<string, string>;

describe('an HTTP/2 request with headers that have a meaning in HTTP/1.1', () => {
  let upstream: Upstream;
  let control: Upstream;
  let gateway: Gateway;
  beforeEach(async () => {
    const answer: Parameters<typeof startUpstream>[0] = async (req, res) => res.end(await bodyOf(req));
    [upstream, control] = [await startUpstream(answer), await startUpstream(answer)];
    gateway = await startGateway({ routes: [routeTo(upstream.endpoint)], controlPlane: control.endpoint.url, wire });
  });

  it.each<Fields>([
    { trailer: 'x' },
    { te: 'trailers' },
    { expect: '100-continue' },
    { constructor: 'x' },
    { 'proxy-authorization': 'Basic eA==' },
    { host: 'a.example' },
  ])('is answered: %j', async (headers) => {
    for (const path of PATHS) {
      const { session, send: request } = http2Client(gateway.url);
      expect((await request(path, { ...headers, ':method': 'GET' })).status).toBeLessThan(500);
      expect((await request(path, headers, '{}')).status).toBeLessThan(500);
      expect((await request(path, { ...headers, 'content-length': '2' }, '{}')).status).toBeLessThan(500);
      session.destroy();
    }
    const names = [...upstream.seen, ...control.seen].flatMap(({ headers: seen }) => seen.map(([name]) => name));
    for (const name of ['trailer', 'te', 'expect']) expect(names).not.toContain(name);
  });

  it.each<Fields>([
    { ':method': 'CONNECT' },
    { ':method': 'HEAD' },
    { ':method': 'OPTIONS', ':path': '*' },
    { ':method': 'TRACE' },
    { ':method': 'NO-SUCH' },
    { ':path': '/a b' },
    { ':path': 'livez' },
    { ':path': '/\xff' },
    { ':path': 'http://localhost/livez' },
    { ':authority': '' },
    { ':authority': 'user@localhost' },
    { ':authority': '\xff' },
    { expect: 'the impossible' },
    { 'content-length': '5' },
  ])('ends alone when it is hardly a request: %j', async (headers) => {
    const { session, start } = http2Client(gateway.url);
    const { ':path': path = '/livez', ...rest } = headers;
    try {
      const stream =
        rest[':method'] === 'CONNECT' ? session.request({ ...rest, ':authority': 'a' }) : start(path, rest);
      stream.on('error', () => {}).resume();
      stream.end('{}');
      await once(stream, 'close');
    } catch {
      // The client did not even send it.
    }
    expect((await send(`${gateway.url}/livez`, { method: 'GET' })).status).toBe(200);
  });
});

describe('an answer that HTTP/2 cannot express', () => {
  it.each([
    { what: 'a header twice', head: '200 OK\r\nX-Content-Type-Options: a\r\nX-Content-Type-Options: b', status: 200 },
    { what: 'a language twice', head: '200 OK\r\nContent-Language: en\r\nContent-Language: de', status: 200 },
    { what: 'settings', head: '200 OK\r\nHTTP2-Settings: x', status: 200 },
    { what: 'a name of JavaScript', head: '200 OK\r\nconstructor: x\r\n__proto__: y', status: 200 },
    { what: 'trailers', head: '200 OK\r\nTrailer: x\r\nTE: gzip', status: 200 },
    { what: 'what has no body', head: '204 None', status: 204 },
    { what: 'what has a body that it must not have', head: '205 Reset', status: 205 },
    { what: 'what has not changed', head: '304 Same\r\nETag: "x"', status: 304, body: '' },
    { what: 'a phrase', head: '200 O\x01K', status: 200 },
  ])('reaches the client in a valid form: $what', async ({ head, status, body = '{}' }) => {
    const text = `HTTP/1.1 ${head}\r\nContent-Length: 2\r\n\r\n${status === 204 ? '' : body}`;
    const endpoint = await startTcpUpstream((socket) => void socket.write(Buffer.from(text, 'latin1')));
    const { url } = await startGateway({ routes: [routeTo(endpoint)], wire });
    const answer = await http2Client(url).send(MCP, {}, '{}');
    expect({ status: answer.status, text: answer.text }).toEqual({ status, text: status === 200 ? '{}' : '' });
  });

  it.each(['600 Odd', '999 Odd'])('becomes a 502, as over HTTP/1.1, when its status is invalid: %s', async (head) => {
    const text = `HTTP/1.1 ${head}\r\nContent-Length: 2\r\n\r\n{}`;
    const endpoint = await startTcpUpstream((socket) => void socket.write(text));
    const { url } = await startGateway({ routes: [routeTo(endpoint)], wire });
    for (const answer of [await http2Client(url).send(MCP, {}, '{}'), await send(url + MCP, { body: '{}' })]) {
      expect(answer.status).toBe(502);
      expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { code: 'UPSTREAM_INVALID' } } });
    }
  });
});
