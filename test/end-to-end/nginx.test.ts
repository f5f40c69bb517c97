import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { freePort } from '@mcp-gateway/platform/serving';
import { Agent, fetch as undiciFetch } from 'undici';
import { selfSigned } from '../data-plane/support/certificate.js';
import { oauthClient } from '../support/browser.js';
import { startGateway, type Gateway } from '../support/gateway.js';
import { hasNginx, startNginx } from '../support/nginx.js';

// Skipped on a machine without nginx, which `npm test` reports at its end. `.ci/run` installs nginx.
const withNginx = hasNginx ? describe : describe.skip;
const certificate = selfSigned();
/** Trusts the private certificate authority of the proxy. */
const dispatcher = new Agent({ connect: { ca: certificate.cert } });
const trusting = ((url: string | URL, init: object = {}) =>
  undiciFetch(url, { ...init, dispatcher })) as unknown as typeof fetch;

withNginx('a gateway behind nginx, with TLS and below a path', () => {
  let gateway: Gateway;
  let upstream: string;
  let port: number;
  let base: string;
  let admin: Record<string, string>;
  beforeAll(async () => {
    port = await freePort();
    base = `https://localhost:${port}/gw`;
    const own = await freePort();
    upstream = `http://127.0.0.1:${own}`;
    const env = { PORT: String(own), MCP_GATEWAY_PUBLIC_URL: base };
    gateway = await startGateway({ options: ['--auth', 'oidc'], env });
    const [, issuer, secret] = /curl -s (\S+)\/token -u alice:(\S+)/.exec(gateway.output()) ?? [];
    const authorization = `Basic ${Buffer.from(`alice:${secret}`).toString('base64')}`;
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const granted = await fetch(`${issuer}/token`, { method: 'POST', headers: { authorization }, body });
    const { access_token: token } = (await granted.json()) as { access_token: string };
    admin = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  }, 60_000);
  afterAll(() => dispatcher.close());

  it('announces its public URL', () => {
    expect(gateway.url).toBe(base);
    expect(gateway.output()).toContain(`  ${base}/adapters/mcp-example/mcp\n`);
  });

  describe.each([
    ['removes', true],
    ['keeps', false],
  ] as const)('where nginx %s the path', (_what, strips) => {
    let nginx: Awaited<ReturnType<typeof startNginx>>;
    beforeAll(async () => {
      nginx = await startNginx({ port, certificate, upstream, prefix: '/gw', strips });
    });
    afterAll(() => nginx.stop());

    it.each(['mcp', 'mcp/', 'sse'])('a challenge at %s leads to metadata of that URL', async (path) => {
      const url = `${base}/adapters/mcp-example/${path}`;
      const refused = await trusting(url, { method: path === 'sse' ? 'GET' : 'POST' });
      expect(refused.status).toBe(401);
      const challenge = refused.headers.get('www-authenticate') ?? '';
      const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
      const inserted = new URL(`/.well-known/oauth-protected-resource${new URL(url).pathname}`, url).href;
      for (const [document, resource] of [
        [metadata, url.replace(/\/$/, '')],
        [inserted, url],
      ] as const) {
        expect(document.startsWith('https://localhost:')).toBe(true);
        const found = await trusting(document);
        expect(await found.json()).toMatchObject({ resource });
        expect(found.headers.get('content-type')).toMatch(/^application\/json/);
      }
    });

    it('Location, Link, the type of a problem and the servers of the API are below the public URL', async () => {
      const adapter = { name: `behind-${strips ? 'a' : 'b'}`, imageName: 'mcp-example', imageVersion: '0.1.0' };
      const created = await trusting(`${base}/adapters`, {
        method: 'POST',
        headers: admin,
        body: JSON.stringify({ ...adapter, replicaCount: 0 }),
      });
      expect(created.status).toBe(201);
      const list = await trusting(`${base}/adapters?limit=1`, { headers: admin });
      const [, next = ''] = /<([^>]+)>; rel="next"/.exec(list.headers.get('link') ?? '') ?? [];
      for (const reference of [created.headers.get('location') ?? '', next]) {
        const { href } = new URL(reference, `${base}/adapters`);
        expect(href.startsWith(`${base}/adapters`)).toBe(true);
        expect((await trusting(href, { headers: admin })).status).toBe(200);
      }
      const problem = (await (await trusting(`${base}/adapters/none`, { headers: admin })).json()) as { type: string };
      expect(problem.type).toBe(`${base}/errors#ADAPTER_NOT_FOUND`);
      const document = (await (await trusting(`${base}/openapi.json`)).json()) as { servers: { url: string }[] };
      expect(document.servers.map(({ url }) => new URL(url, `${base}/openapi.json`).href)).toEqual([`${base}/`]);
    });

    it('a client of the SDK signs in, trusting a private certificate authority', async () => {
      const { provider, answered } = oauthClient('bob');
      const mcp = new URL(`${base}/adapters/mcp-example/mcp`);
      const options = { authProvider: provider, fetch: trusting };
      const first = new StreamableHTTPClientTransport(mcp, options);
      await expect(new Client({ name: 'test', version: '1' }).connect(first)).rejects.toThrow('Unauthorized');
      await first.finishAuth((await answered).searchParams.get('code') ?? '');
      const client = new Client({ name: 'test', version: '1' });
      await client.connect(new StreamableHTTPClientTransport(mcp, options));
      expect(JSON.stringify(await client.callTool({ name: 'whoami', arguments: {} }))).toContain('bob');
      await client.close();
    });
  });
});
