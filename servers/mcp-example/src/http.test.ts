import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startExample, type Example } from '../test/start-example.js';
import { callTool, INITIALIZE, post, POST_HEADERS } from '../test/wire.js';

let example: Example;
beforeAll(async () => {
  example = await startExample();
});
afterAll(() => example.stop());

it('answers /healthz', async () => {
  const response = await fetch(`${example.origin}/healthz`);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('ok');
});

it.each([
  ['GET', '/'],
  ['POST', '/healthz'],
  ['POST', '/mcp/'],
  ['POST', '/mcp/more'],
  ['GET', '/mcpx'],
  ['GET', '//mcp'],
])('answers 404 to %s %s', async (method, path) => {
  expect((await fetch(example.origin + path, { method })).status).toBe(404);
});

it('accepts /mcp with a query', async () => {
  expect((await post(`${example.url}?tenant=a`, INITIALIZE)).status).toBe(200);
});

it('accepts the public host name and origin of the gateway', async () => {
  const headers = { ...POST_HEADERS, host: 'mcp.example.com:8443', origin: 'https://app.example.com' };
  const status = await new Promise((resolve, reject) => {
    const request = httpRequest(example.url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject).end(JSON.stringify(INITIALIZE));
  });
  expect(status).toBe(200);
});

describe('a request that the server refuses', () => {
  const send = (init: RequestInit) => fetch(example.url, { method: 'POST', headers: POST_HEADERS, ...init });

  it('is answered 413 when its body is too large', async () => {
    const response = await send({ body: 'x'.repeat(4 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 }, id: null });
  });

  it('is answered 400 when its body is not JSON', async () => {
    const response = await send({ body: '{' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: -32700 } });
  });

  it('is answered 415 when it has another media type', async () => {
    const headers = { ...POST_HEADERS, 'content-type': 'text/plain' };
    expect((await send({ headers, body: JSON.stringify(INITIALIZE) })).status).toBe(415);
  });

  it('is answered 406 when the client does not accept event streams', async () => {
    const headers = { ...POST_HEADERS, accept: 'application/json' };
    expect((await send({ headers, body: JSON.stringify(INITIALIZE) })).status).toBe(406);
  });

  it('is answered 405 when it has another method', async () => {
    const response = await send({ method: 'PUT', body: '{}' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST, DELETE');
  });

  it('creates no session', async () => {
    const before = example.sessions.size;
    for (const body of ['{', '{}', '[]', JSON.stringify(callTool(1, 'counter'))]) await (await send({ body })).text();
    expect(example.sessions.size).toBe(before);
  });
});

describe('a modern request', () => {
  const meta = (version: string) => ({
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  });
  const modern = (version: string, headers: Record<string, string> = {}) => {
    const { params, ...message } = callTool(1, 'echo', { text: 'hello' });
    return post(
      example.url,
      { ...message, params: { ...params, _meta: meta(version) } },
      { 'mcp-protocol-version': version, 'mcp-method': 'tools/call', 'mcp-name': 'echo', ...headers },
    );
  };

  it('gets no session, even when it names one', async () => {
    const response = await modern('2026-07-28', { 'mcp-session-id': 'made-up' });
    expect(response.status).toBe(200);
    expect(response.headers.has('mcp-session-id')).toBe(false);
    expect(await response.json()).toMatchObject({ result: { content: [{ text: 'hello' }] } });
  });

  it('of an unknown version gets an error that lists the supported versions', async () => {
    const response = await modern('2027-01-01');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      id: 1,
      error: { code: -32022, data: { supported: ['2026-07-28'] } },
    });
  });

  it('is refused when its headers contradict its body', async () => {
    const response = await modern('2026-07-28', { 'mcp-name': 'add' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: -32020 } });
  });
});
