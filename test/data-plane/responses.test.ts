import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { routeTo, startTcpUpstream, startUpstream } from './support/upstream.js';

const RPC_ERROR = '{"jsonrpc":"2.0","id":7,"error":{"code":-32020,"message":"HeaderMismatch"}}';
const CHALLENGE = 'Bearer resource_metadata="https://upstream.example/.well-known/oauth-protected-resource", scope="a"';

const REQUEST_ID = 'of-the-client';
const ADDED = [
  ['Content-Security-Policy', 'sandbox'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Request-Id', REQUEST_ID],
];

/** Sends one request to a server that answers with these bytes. */
async function answerOf(bytes: string | Buffer, method = 'POST') {
  const endpoint = await startTcpUpstream((socket) => socket.write(bytes));
  const { url } = await startGateway({ routes: [routeTo(endpoint)] });
  return send(`${url}/adapters/echo/mcp`, { method, headers: { 'X-Request-Id': REQUEST_ID } });
}

const withLength = (status: string, headers: string[], body: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', ''].join('\r\n')),
    Buffer.from(body),
  ]);

describe('the answer of a server', () => {
  it('reaches the client with every header unchanged', async () => {
    const sent: [string, string][] = [
      ['Content-Type', 'application/json; charset=utf-8'],
      ['X-Twice', 'b'],
      ['X-Twice', 'a'],
      ['mcp-Protocol-version', '2025-11-25'],
      ['X-Latin', 'caf\u00e9'],
      ['X-Empty', ''],
      ['Date', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    ];
    const head = sent.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const bytes = Buffer.from(`HTTP/1.1 200 OK\r\n${head}Content-Length: 2\r\n\r\n{}`, 'latin1');
    const { status, headers, text } = await answerOf(bytes);
    expect(status).toBe(200);
    expect(headers).toEqual([...sent, ['Content-Length', '2'], ...ADDED, ['Connection', 'close']]);
    expect(text).toBe('{}');
  });

  it.each([
    ['400 Bad Request', ['Content-Type: application/json'], RPC_ERROR],
    ['401 Unauthorized', [`WWW-Authenticate: ${CHALLENGE}`], '{"error":"invalid_token"}'],
    ['403 Forbidden', [`WWW-Authenticate: Bearer error="insufficient_scope"`], ''],
    ['404 Not Found', ['Content-Type: application/json'], '{"error":{"code":-32601}}'],
    ['405 Method Not Allowed', ['Allow: POST'], ''],
    ['406 Not Acceptable', ['Content-Type: application/json'], RPC_ERROR],
    ['409 Conflict', [], 'one stream only'],
    ['413 Payload Too Large', [], 'says the server'],
    ['415 Unsupported Media Type', ['Content-Type: text/html'], '<h1>no</h1>'],
    ['429 Too Many Requests', ['Retry-After: 7'], ''],
    ['500 Internal Server Error', ['Content-Type: text/plain'], 'Traceback …'],
    ['502 Bad Gateway', [], 'another proxy'],
    ['503 Service Unavailable', ['Retry-After: 1'], ''],
    ['299 Odd', [], 'odd'],
  ])('reaches the client unchanged: %s', async (status, headers, body) => {
    const answer = await answerOf(withLength(status, headers, body));
    expect(answer.status).toBe(Number(status.slice(0, 3)));
    expect(answer.text).toBe(body);
    const lines = answer.headers.map(([name, value]) => `${name}: ${value}`);
    expect(lines).toEqual(expect.arrayContaining(headers));
    expect(lines.filter((line) => /^content-type/i.test(line))).toEqual(
      headers.filter((line) => /^content-type/i.test(line)),
    );
  });

  it('keeps the bytes of its headers when it is an event stream, too', async () => {
    const headers = ['Content-Type: text/event-stream', 'X-Latin: caf\u00e9', 'X-Utf: \u00c3\u00a9'];
    const bytes = Buffer.from(withLength('200 OK', headers, 'data: 1\n\n').toString('utf8'), 'latin1');
    const { header, text } = await answerOf(bytes);
    expect([header('x-latin'), header('x-utf'), text]).toEqual(['caf\u00e9', '\u00c3\u00a9', 'data: 1\n\n']);
  });

  it.each(['202 Accepted', '204 No Content'])('may have no body: %s', async (status) => {
    const answer = await answerOf(
      `HTTP/1.1 ${status}\r\n${status.startsWith('202') ? 'Content-Length: 0\r\n' : ''}\r\n`,
    );
    expect(answer.status).toBe(Number(status.slice(0, 3)));
    expect(answer.body).toHaveLength(0);
    expect(answer.header('content-type')).toBeUndefined();
  });

  it.each(['GET', 'DELETE'])('to a %s may be 405, for a server without that method', async (method) => {
    const answer = await answerOf(withLength('405 Method Not Allowed', ['Allow: POST'], RPC_ERROR), method);
    expect(answer).toMatchObject({ status: 405, text: RPC_ERROR });
    expect(answer.header('allow')).toBe('POST');
  });

  it('keeps every byte of a body of any size, compressed or not', async () => {
    const body = gzipSync(randomBytes(1_000_000));
    const answer = await answerOf(withLength('200 OK', ['Content-Encoding: gzip'], body));
    expect(answer.body.equals(body)).toBe(true);
    expect(answer.header('content-encoding')).toBe('gzip');
  });

  it('keeps a body that came in chunks', async () => {
    const answer = await answerOf(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none,\r\n3\r\ntwo\r\n0\r\n\r\n',
    );
    expect(answer).toMatchObject({ status: 200, text: 'one,two' });
  });

  it('keeps a body that ends with the connection', async () => {
    const endpoint = await startTcpUpstream((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'));
    const { url } = await startGateway({ routes: [routeTo(endpoint)] });
    expect(await send(`${url}/adapters/echo/mcp`)).toMatchObject({ status: 200, text: 'until the end' });
  });

  it('loses the hop-by-hop headers, and those that Connection names', async () => {
    const hop = ['Connection: keep-alive, X-Hop', 'X-Hop: 1', 'Keep-Alive: timeout=60', 'Trailer: X', 'Upgrade: h2c'];
    const { headers } = await answerOf(withLength('200 OK', [...hop, 'Proxy-Authenticate: Basic', 'X-End: 2'], 'ok'));
    expect(headers.filter(([name]) => name !== 'Date')).toEqual([
      ['X-End', '2'],
      ['Content-Length', '2'],
      ...ADDED,
      ['Connection', 'close'],
    ]);
  });

  it('loses an X-Request-Id of its own', async () => {
    const { headers } = await answerOf(withLength('200 OK', ['X-Request-Id: of-the-server'], 'ok'));
    expect(headers.filter(([name]) => name.toLowerCase() === 'x-request-id')).toEqual([['X-Request-Id', REQUEST_ID]]);
  });

  it('loses a session id when the client has no session for it', async () => {
    const { headers } = await answerOf(withLength('400 Bad Request', ['Mcp-Session-Id: raw'], RPC_ERROR));
    expect(headers.map(([name]) => name.toLowerCase())).not.toContain('mcp-session-id');
  });

  it('follows after informational responses', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
    const answer = await answerOf(hints + withLength('200 OK', [], 'ok').toString());
    expect(answer).toMatchObject({ status: 200, text: 'ok' });
  });

  it('belongs to its request, on a reused connection', async () => {
    const upstream = await startUpstream((req, res) => res.end(req.url));
    const { url } = await startGateway({ routes: [routeTo(upstream.endpoint)] });
    for (let round = 0; round < 20; round++) {
      expect((await send(`${url}/adapters/echo/mcp?${round}`)).text).toBe(`/mcp?${round}`);
    }
  });
});
