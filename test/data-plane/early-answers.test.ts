import { beforeEach, describe, expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { http2Client } from './support/http2.js';
import { rawConnection, statuses } from './support/raw.js';
import { routeTo, startUpstream } from './support/upstream.js';

const PATH = '/adapters/echo/mcp';
const HEAD = `POST ${PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Dev-UserId: alice\r\n`;
const MODERN = 'MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n';
const NEXT = `${HEAD}Content-Length: 2\r\nConnection: close\r\n\r\n{}`;
const BLOCK = 'x'.repeat(100_000);
const BLOCKS = 10;
const CHUNK = `${BLOCK.length.toString(16)}\r\n${BLOCK}\r\n`;

/** A server that answers without reading the body, as servers do that require a token first. */
async function startHasty() {
  return startUpstream((req, res) => {
    if (req.headers['x-open']) res.setHeader('Mcp-Session-Id', 'raw');
    const early = Number(req.headers['content-length'] ?? BLOCK.length) > 1_000;
    res.writeHead(early ? 401 : 200, { 'content-type': 'text/plain' }).end('answer');
  });
}

describe('an answer that comes before the request has ended', () => {
  let gateway: Gateway;
  beforeEach(async () => {
    gateway = await startGateway({
      routes: [routeTo((await startHasty()).endpoint)],
      wire: { http2Cleartext: true },
      bodyBytes: 64 * 1024 * 1024,
    });
  });

  async function session(): Promise<string> {
    const answer = await send(gateway.url + PATH, { headers: { 'X-Open': '1' }, body: '{}' });
    return `Mcp-Session-Id: ${answer.header('mcp-session-id')}\r\n`;
  }

  describe.each([
    ['to a legacy request', async () => ''],
    ['to a modern request', async () => MODERN],
    ['in a session', session],
  ])('%s', (_what, headers) => {
    it('leaves the connection usable for the next request', async () => {
      const connection = rawConnection(gateway.url);
      connection.write(`${HEAD}${await headers()}Content-Length: ${BLOCK.length * BLOCKS}\r\n\r\n`);
      connection.write(BLOCK);
      await connection.until('answer');
      for (let block = 1; block < BLOCKS; block++) connection.write(BLOCK);
      connection.write(NEXT);
      expect(statuses(await connection.ended())).toEqual([401, 200]);
    });

    it('leaves the connection usable after a chunked body', async () => {
      const connection = rawConnection(gateway.url);
      connection.write(`${HEAD}${await headers()}Transfer-Encoding: chunked\r\n\r\n${CHUNK}`);
      await connection.until('answer');
      for (let block = 1; block < BLOCKS; block++) connection.write(CHUNK);
      connection.write(`0\r\n\r\n${NEXT}`);
      expect(statuses(await connection.ended())).toEqual([401, 200]);
    });
  });

  it('ends the connection of a client that never stops sending', async () => {
    const connection = rawConnection(gateway.url);
    connection.write(`${HEAD}Content-Length: ${BLOCK.length * BLOCKS}\r\n\r\n${BLOCK}`);
    expect(statuses(await connection.ended())).toEqual([401]);
  });

  it('limits how much of the rest is read', async () => {
    const connection = rawConnection(gateway.url);
    connection.write(`${HEAD}${MODERN}Content-Length: 60000000\r\n\r\n${BLOCK}`);
    await connection.until('answer');
    for (let block = 1; block < 600; block++) connection.write(BLOCK);
    connection.write(NEXT);
    expect(statuses(await connection.ended())).toEqual([401]);
  });

  it('leaves a connection of HTTP/2 usable for the next request', async () => {
    const client = http2Client(gateway.url);
    const stream = client.start(PATH);
    stream.write(BLOCK);
    expect((await client.headOf(stream))[':status']).toBe(401);
    stream.resume();
    for (let block = 1; block < BLOCKS; block++) stream.write(BLOCK);
    stream.end();
    expect(await client.send(PATH, {}, '{}')).toMatchObject({ status: 200, text: 'answer' });
  });
});
