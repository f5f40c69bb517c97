import { beforeEach, describe, expect, it } from '@jest/globals';
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { afterTest } from '../support/clean-up.js';
import { send } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { rawConnection } from './support/raw.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const PATH = '/adapters/echo/mcp';
const HEADERS = { 'mcp-protocol-version': '2026-07-28', 'mcp-session-id': 'stale' };
const ACCEPT = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function message(method: string, version: string, more = {}): string {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { _meta: meta, ...more } });
}

describe('a request whose headers name a modern version and no method', () => {
  let upstream: Upstream;
  let gateway: Gateway;
  beforeEach(async () => {
    const handler = createMcpHandler(() => new McpServer({ name: 'modern', version: '1.0.0' }), { legacy: 'reject' });
    afterTest(() => handler.close());
    const serve = toNodeHandler(handler);
    upstream = await startUpstream((req, res) => serve(req as NodeIncomingMessageLike, res));
    gateway = await startGateway({ routes: [routeTo(upstream.endpoint)] });
  });
  const request = (body: string) => send(gateway.url + PATH, { headers: { ...HEADERS, ...ACCEPT }, body });

  it('reaches the server, which says which header is missing, whatever session the request names', async () => {
    const answer = await request(message('tools/list', '2026-07-28'));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ id: 1, error: { code: -32020 } });
    expect(upstream.seen[0]?.header('mcp-session-id')).toEqual([]);
  });

  it('gets 100 Continue once', async () => {
    const body = message('tools/list', '2026-07-28');
    const headers = Object.entries({ ...HEADERS, ...ACCEPT, 'x-dev-userid': 'alice', host: 'localhost' });
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const connection = rawConnection(gateway.url);
    const length = Buffer.byteLength(body);
    connection.write(
      `POST ${PATH} HTTP/1.1\r\n${lines}Expect: 100-continue\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`,
    );
    await connection.until('100 Continue\r\n\r\n');
    connection.write(body);
    const received = await connection.ended();
    expect(received.match(/ 100 Continue/g)).toHaveLength(1);
    expect(received).toContain('-32020');
  });

  it.each([
    ['which its body does not', message('tools/list', '2025-11-25')],
    ['and begins a session', message('initialize', '2026-07-28')],
    ['and is too long to be read', message('tools/list', '2026-07-28', { long: 'x'.repeat(70_000) })],
    ['and has no message', '{}'],
  ])('belongs to its session, %s', async (_what, body) => {
    expect((await request(body)).status).toBe(404);
    expect(upstream.seen).toEqual([]);
  });
});
