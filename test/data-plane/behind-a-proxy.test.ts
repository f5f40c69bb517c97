import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { freePort } from '@mcp-gateway/platform/serving';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterTest } from '../support/clean-up.js';
import { send } from '../support/http.js';
import { hasNginx, startNginx } from '../support/nginx.js';
import { selfSigned } from './support/certificate.js';
import { startGateway, type DataPlaneOptions } from './support/gateway.js';
import { startOldSdkServer } from './support/old-sdk-server.js';
import { routeTo, startUpstream } from './support/upstream.js';

const PREFIX = '/gw';
const WAYS = [
  { way: 'removes the prefix', strips: true, options: {} },
  { way: 'removes the prefix, which is configured', strips: true, options: { publicUrl: '/gw' } },
  {
    way: 'leaves the prefix, which is configured',
    strips: false,
    options: { publicUrl: 'https://tools.example.com/gw/' },
  },
] satisfies { way: string; strips: boolean; options: DataPlaneOptions }[];

/**
 * As nginx with `location /gw/ { proxy_pass http://gateway/; }`, or without the last slash.
 * @returns its URL with the prefix
 */
async function startProxy(gateway: string, { strips = true } = {}): Promise<string> {
  const { port: toPort } = new URL(gateway);
  const server = createServer((req, res) => {
    if (!req.url?.startsWith(`${PREFIX}/`)) return void res.writeHead(404).end('not of the proxy');
    const path = strips ? req.url.slice(PREFIX.length) : req.url;
    const via = { 'x-forwarded-for': [req.headers['x-forwarded-for'], '203.0.113.7'].filter(Boolean).join(', ') };
    const headers = { ...req.headers, ...via, 'x-forwarded-proto': 'https', 'x-forwarded-host': 'tools.example.com' };
    const onward = request({ port: toPort, method: req.method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders).flushHeaders();
      answer.on('error', () => res.destroy()).pipe(res);
    });
    onward.on('error', () => res.destroy());
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${PREFIX}`;
}

describe.each(WAYS)('behind a proxy that $way', ({ strips, options }) => {
  it.each(['sse', 'sse/'])('a client of the older transport can send its messages from %s', async (resource) => {
    const { endpoint } = await startOldSdkServer('old');
    const gateway = await startGateway({ routes: [routeTo(endpoint)], ...options });
    for (const base of [await startProxy(gateway.url, { strips }), gateway.url]) {
      const client = new Client({ name: 'test', version: '1' });
      const headers = { 'x-dev-userid': 'alice' };
      const eventSourceInit = {
        fetch: (to: string | URL, init?: RequestInit) =>
          fetch(to, { ...init, headers: { ...(init?.headers as object), ...headers } }),
      };
      const url = new URL(`${base}/adapters/echo/${resource}`);
      await client.connect(new SSEClientTransport(url, { requestInit: { headers }, eventSourceInit }));
      afterTest(() => client.close());
      expect((await client.listTools()).tools).toHaveLength(2);
    }
  });

  it('references of the management API resolve', async () => {
    const control = await startUpstream((req, res) => {
      const link = '</adapters?limit=1&cursor=a>; rel="next"';
      res.writeHead(req.method === 'POST' ? 201 : 200, { location: '/adapters/echo', link }).end(req.url);
    });
    const gateway = await startGateway({ controlPlane: control.endpoint.url, ...options });
    for (const base of [await startProxy(gateway.url, { strips }), gateway.url]) {
      const created = await send(`${base}/adapters`, { body: '{}' });
      for (const reference of [created.header('location'), /<(.*)>/.exec(created.header('link') ?? '')?.[1]]) {
        const { href, pathname, search } = new URL(reference ?? 'none', `${base}/adapters`);
        expect(await send(href, { method: 'GET' })).toMatchObject({
          status: 200,
          text: pathname.replace(PREFIX, '') + search,
        });
      }
    }
  });
});

// Skipped on a machine without nginx, which `npm test` reports at its end. `.ci/run` installs nginx.
const withNginx = hasNginx ? describe : describe.skip;

withNginx('behind nginx with TLS', () => {
  it.each([
    ['removes', true],
    ['keeps', false],
  ] as const)('that %s the prefix, the endpoint event is below the public URL', async (_what, strips) => {
    const { endpoint } = await startOldSdkServer('old');
    const port = await freePort();
    const base = `https://localhost:${port}${PREFIX}`;
    const gateway = await startGateway({ routes: [routeTo(endpoint)], publicUrl: base });
    const certificate = selfSigned();
    const nginx = await startNginx({ port, certificate, upstream: gateway.url, prefix: PREFIX, strips });
    afterTest(nginx.stop);
    const dispatcher = new Agent({ connect: { ca: certificate.cert } });
    afterTest(() => dispatcher.destroy());

    const response = await undiciFetch(`${base}/adapters/echo/sse`, {
      dispatcher,
      headers: { 'x-dev-userid': 'alice' },
    });
    const chunks = response.body as unknown as AsyncIterable<Uint8Array>;
    let text = '';
    for await (const chunk of chunks) {
      text += Buffer.from(chunk).toString();
      if (text.includes('\n\n')) break;
    }
    const [, reference = 'none'] = /event: endpoint\ndata: (\S+)/.exec(text) ?? [];
    expect(new URL(reference, `${base}/adapters/echo/sse`).href).toMatch(
      new RegExp(`^${base}/adapters/echo/messages\\?sessionId=`),
    );
  });
});

describe('a server behind a proxy and the gateway', () => {
  async function receivedBy(options: DataPlaneOptions) {
    const upstream = await startUpstream((_req, res) => res.end());
    const control = await startUpstream((_req, res) => res.end());
    const gateway = await startGateway({
      routes: [routeTo(upstream.endpoint)],
      controlPlane: control.endpoint.url,
      ...options,
    });
    const base = await startProxy(gateway.url);
    const headers = { 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6' };
    for (const path of ['/adapters/echo/mcp', '/adapters']) await send(base + path, { headers });
    return [upstream, control].map(({ seen: [first] }) =>
      ['for', 'host', 'proto'].map((name) => first?.header(`x-forwarded-${name}`).join()),
    );
  }

  it("gets the client's address when the proxy is trusted", async () => {
    const origin = ['203.0.113.7', 'tools.example.com', 'https'];
    expect(await receivedBy({ trustedProxies: ['127.0.0.0/8'] })).toEqual([origin, origin]);
  });

  it("gets the proxy's address when the proxy is not trusted", async () => {
    const origin = ['127.0.0.1', expect.stringMatching(/^127\.0\.0\.1:/), 'http'];
    expect(await receivedBy({})).toEqual([origin, origin]);
  });
});
