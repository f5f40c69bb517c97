import { beforeEach, describe, expect, it } from '@jest/globals';
import { send, type Answer } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { rawConnection } from './support/raw.js';
import { routeTo } from './support/upstream.js';

describe('a refusal', () => {
  let url: string;
  beforeEach(async () => {
    ({ url } = await startGateway({
      routes: [routeTo([]), routeTo([], { name: 'bobs', createdBy: 'bob' })],
      waitMs: 0,
    }));
  });
  const call = (id: unknown, more = {}) => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', ...more });
  const idOf = ({ text }: Answer) => (JSON.parse(text) as { id: unknown }).id;
  const MCP = '/adapters/echo/mcp';

  it.each([
    { what: 'no replica is ready', status: 503 },
    { what: 'it names a version and no method', headers: { 'mcp-protocol-version': '2026-07-28' }, status: 503 },
    { what: 'its session is unknown', headers: { 'mcp-session-id': 'made-up' }, status: 404 },
    { what: 'the adapter is unknown', path: '/adapters/nobody/mcp', status: 404 },
    { what: "the adapter is not the caller's", path: '/adapters/bobs/mcp', status: 404 },
    { what: 'its page is not allowed', headers: { origin: 'https://evil.example.com' }, status: 403 },
    { what: 'its stream is unknown', path: '/adapters/echo/messages?sessionId=made-up', status: 404 },
    { what: 'its length is not known before', headers: { 'transfer-encoding': 'chunked' }, status: 503 },
  ])('has the id of the request: $what', async ({ path = MCP, headers = {}, status }) => {
    for (const id of ['a', 7]) {
      const answer = await send(url + path, { body: call(id), headers });
      expect([answer.status, idOf(answer)]).toEqual([status, id]);
    }
  });

  it('has the ids of all requests of a batch', async () => {
    const { text } = await send(url + MCP, { body: `[${call(1)},${call(undefined)},${call('b')}]` });
    expect((JSON.parse(text) as { id: unknown }[]).map(({ id }) => id)).toEqual([1, 'b']);
  });

  it.each([
    { what: 'a notification', body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' },
    { what: 'an answer to the server', body: '{"jsonrpc":"2.0","id":1,"result":{}}' },
    { what: 'what is too long to be read', body: call(1, { params: { text: 'x'.repeat(65_536) } }) },
    { what: 'what is no message', body: '{' },
  ])('has no id for $what', async ({ body }) => {
    const answer = await send(url + MCP, { body });
    expect([answer.status, idOf(answer)]).toEqual([503, null]);
  });

  it('does not wait for a body that does not come', async () => {
    const connection = rawConnection(url);
    connection.write(`POST ${MCP} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{`);
    expect(await connection.until('"id":null')).toContain('HTTP/1.1 404 Not Found');
  });

  it('does not wait for a body whose client waits for 100 Continue', async () => {
    const slow = rawConnection(url);
    slow.write(`POST ${MCP} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{`);
    const uninvited = rawConnection(url);
    uninvited.write(`POST ${MCP} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n`);
    const answered = [slow, uninvited].map((each) => each.until('"id":null').then(() => each));
    expect(await Promise.race(answered)).toBe(uninvited);
    await Promise.all(answered);
  });

  it('sends no 100 Continue', async () => {
    const connection = rawConnection(url);
    const head = ['Host: localhost', 'Content-Length: 10', 'Expect: 100-continue', 'X-Dev-UserId: alice'];
    connection.write(`POST ${MCP} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
    expect(await connection.until('"id":null')).toMatch(/^HTTP\/1\.1 503 /);
  });
});
