import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/platform/serving';
import { send } from '../support/http.js';
import { startGateway } from './support/gateway.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const FROM_A_LINK = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

describe('without a control plane, the data plane', () => {
  let url: string;
  beforeEach(async () => {
    ({ url } = await startGateway({ controlPlane: `http://127.0.0.1:${await freePort()}` }));
  });
  const get = (path: string, headers = {}) => send(url + path, { method: 'GET', headers });

  it('answers a browser at / with a page that has relative links and runs no script', async () => {
    const { status, header, text } = await get('/', { accept: BROWSER, ...FROM_A_LINK });
    expect([status, header('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const links = [...text.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => link);
    expect(links).toEqual([
      'adapters',
      'tools',
      'toolsets',
      'api-keys',
      'tenants',
      'audit',
      'openapi.json',
      'errors',
      'livez',
      'readyz',
    ]);
    const style = /<style>(.*)<\/style>/s.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(header('content-security-policy')).toMatch(/^default-src 'none'; /);
    expect(header('content-security-policy')).toContain(`style-src 'sha256-${hash}'`);
    expect(header('x-content-type-options')).toBe('nosniff');
  });

  it.each([undefined, '*/*', 'application/json'])('answers a program that accepts %s with text', async (accept) => {
    const { status, header, text } = await get('/', { ...(accept && { accept }) });
    expect([status, header('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(text).toContain('adapters/NAME/mcp');
  });

  it.each([
    ['GET', '/mcp/t', '/mcp/t/{toolset}'],
    ['DELETE', '/mcp/sse', '/mcp for all tools'],
    ['GET', '/sse', '/adapters/{name}/mcp, and GET /adapters'],
    ['GET', '/healthz', '/livez and /readyz'],
    ['PUT', '/', '/mcp; each MCP server'],
  ])('names the right URL at %s %s', async (method, path, instead) => {
    const { status, header, text } = await send(url + path, { method });
    expect([status, header('content-type')]).toEqual([404, 'application/problem+json']);
    const { code, detail } = JSON.parse(text) as { code: string; detail: string };
    expect(code).toBe('NOT_FOUND');
    expect(detail).toMatch(new RegExp(`^nothing is served at ${path}; `));
    expect(detail).toContain(instead);
  });

  it.each(['/', '/mcp/t', '/mcp/sse', '/sse', '/messages?x=1'])('answers a message to %s as JSON-RPC', async (path) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} });
    const { status, header, text } = await send(url + path, { headers, body });
    expect([status, header('content-type')]).toEqual([404, 'application/json']);
    expect(JSON.parse(text)).toMatchObject({
      jsonrpc: '2.0',
      error: {
        code: -32003,
        message: expect.stringContaining('/mcp'),
        data: { code: 'NOT_FOUND', requestId: expect.any(String) },
      },
    });
  });
});
