import { expect, it } from '@jest/globals';
import { startControlPlane } from '../control-plane/support/control-plane.js';
import { startGateway } from '../data-plane/support/gateway.js';
import { startUpstream, routeTo } from '../data-plane/support/upstream.js';
import { send } from '../support/http.js';

const PATHS = [
  ['/', 'the front page'],
  ['/livez', 'health'],
  ['/readyz', 'readiness'],
  ['/adapters', 'an answer of the control plane'],
  ['/adapters/absent', 'a refusal of the control plane'],
  ['/errors', 'a page of the control plane'],
  ['/openapi.json', 'the OpenAPI document'],
  ['/adapters/echo/mcp', 'what a server answers'],
  ['/adapters/absent/mcp', 'an adapter that does not exist'],
  ['/adapters/%zz/mcp', 'a name that is none'],
  ['/adapters/echo/sse', 'the older transport'],
  ['/mcp/t/absent', 'a toolset that does not exist'],
  ['/mcp/absent', 'a mistaken URL'],
  ['/<script>alert(1)</script>', 'a URL that is not served'],
  ['/.well-known/oauth-protected-resource', 'metadata that does not exist'],
] as const;

it('answers nothing that a browser would take for a page of the gateway, or run in its origin', async () => {
  const controlPlane = await startControlPlane();
  const server = await startUpstream((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': "script-src 'unsafe-inline'" });
    res.end('<script>alert(1)</script>');
  });
  const gateway = await startGateway({ controlPlane: controlPlane.url, routes: [routeTo(server.endpoint)] });
  const found: string[] = [];
  for (const [path, what] of PATHS) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const { status, header } = await send(gateway.url + path, { method });
      const policy = header('content-security-policy') ?? '';
      const isContained = policy === 'sandbox' || policy.startsWith("default-src 'none';");
      if (!isContained || header('x-content-type-options') !== 'nosniff')
        found.push(`${method} ${path} ${status}: ${what}`);
    }
  }
  expect(found).toEqual([]);
}, 30_000);

it('lets no cache keep what a caller of the API gets, whatever header signs it in', async () => {
  const controlPlane = await startControlPlane();
  const gateway = await startGateway({ controlPlane: controlPlane.url });
  for (const path of ['/adapters', '/adapters/absent', '/tenants', '/permissions/explain', '/audit']) {
    const { header } = await send(gateway.url + path, { method: 'GET' });
    expect([path, header('cache-control')]).toEqual([path, 'no-store']);
  }
});

it('contains a refusal of a caller of another site, and of one without a token', async () => {
  const issuers = [{ issuer: 'https://login.example.com', audiences: ['mcp'] }];
  const gateway = await startGateway({ issuers });
  const contained = { 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' };
  for (const path of ['/adapters/echo/mcp', '/adapters', '/.well-known/oauth-protected-resource/adapters/echo/mcp']) {
    const { headers } = await send(gateway.url + path, { method: 'GET', headers: { origin: 'https://evil.example' } });
    expect(Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))).toMatchObject(contained);
  }
});
