import { describe, expect, it } from '@jest/globals';
import type { PublishedRoute, PublishedTool } from '@mcp-gateway/common/contracts';
import { createEgress, proxiesOf } from '@mcp-gateway/platform/egress';
import { selfSigned } from '../data-plane/support/certificate.js';
import { NAME, named, resolverOf, startProxy } from '../data-plane/support/remote.js';
import { startSdkServer } from '../data-plane/support/sdk-server.js';
import { startUpstream } from '../data-plane/support/upstream.js';
import { becomesTrue } from '../support/wait.js';
import { legacyClient, modernClient, startRouter, textOf } from './support/router.js';
import { MCP } from './support/servers.js';

const { lookup } = resolverOf(['127.0.0.1']);
const REMOTE = { remote: { headers: { 'X-Api-Version': '2' } } };

type Router = Awaited<ReturnType<typeof startRouter>>;
const PATH = '/mcp?key=7';

/** How the router comes to a remote server: as the source itself, or as an adapter of which it takes tools. */
const WAYS: [string, (router: Router, url: string, more?: Partial<PublishedRoute>) => Promise<void>][] = [
  [
    'a source',
    (router, url, more) =>
      router.publish('far', { definition: MCP, path: PATH, urls: [url], route: { ...REMOTE, ...more } }),
  ],
  [
    'an adapter',
    async (router, url, more) => {
      const endpoints = [{ id: 'remote', url, path: PATH, ready: true }];
      await router.publishAdapter('elsewhere', url, { path: PATH, endpoints, ...REMOTE, ...more });
      await router.publish('far', { definition: { type: 'adapter', adapter: 'elsewhere' }, urls: [] });
    },
  ],
];

it.each(WAYS)(
  'calls the tools of %s that runs elsewhere, which learns nothing of the caller',
  async (_way, publish) => {
    const server = await startSdkServer();
    const router = await startRouter({ egress: createEgress({ allowedNetworks: ['127.0.0.1'], lookup }) });
    await publish(router, named(server.endpoint, ''));
    const { client } = await legacyClient(router.url);
    await becomesTrue('its tools', async () =>
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain('far_count'),
    );
    expect(textOf(await client.callTool({ name: 'far_count', arguments: {} }))).toBe('1');
    const headers = server.seen.flatMap((request) => request.headers.map(([name]) => name.toLowerCase()));
    expect(headers.filter((name) => /^x-mcp-|forwarded/.test(name))).toEqual([]);
    expect(server.seen.every(({ header }) => header('x-api-version').join() === '2')).toBe(true);
    expect(new Set(server.seen.map(({ url, header }) => `${header('host').join()} ${url}`))).toEqual(
      new Set([`${NAME}:${new URL(server.endpoint.url).port} /mcp?key=7`]),
    );
  },
);

it.each(WAYS)('gives %s that runs elsewhere its credential', async (_way, publish) => {
  const issued = {
    header: 'authorization',
    value: 'Bearer of-the-gateway',
    shared: true,
    renewInSeconds: 60,
    expiresInSeconds: 600,
  };
  const server = await startSdkServer();
  const egress = createEgress({ allowedNetworks: ['127.0.0.1'], lookup });
  const router = await startRouter({ egress, broker: { issue: async () => issued } });
  await publish(router, named(server.endpoint, ''), { upstreamAuth: { credential: 'far' } });
  const { client } = await legacyClient(router.url);
  await becomesTrue('its tools', async () =>
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('far_count'),
  );
  await client.callTool({ name: 'far_count', arguments: {} });
  const sent = server.seen.map(({ header }) => `${header('authorization').join()} ${header('x-api-version').join()}`);
  expect(new Set(sent)).toEqual(new Set(['Bearer of-the-gateway 2']));
});

it.each(WAYS)('does not connect to %s at an address that is not permitted', async (_way, publish) => {
  const server = await startSdkServer();
  const router = await startRouter({ egress: createEgress({ allowedNetworks: [], lookup }), firstListMs: 500 });
  await publish(router, named(server.endpoint, ''));
  const { client } = await legacyClient(router.url);
  await client.listTools().catch(() => {});
  expect(server.seen).toEqual([]);
});

const TOOL = { name: 'find', inputSchema: { type: 'object' as const }, annotations: { readOnlyHint: true } };
const parameters = [{ argument: 'id', name: 'id', in: 'path' as const, style: 'simple' as const, explode: false }];

/** What a remote HTTP server may be, and what a call becomes there. */
const APIS: [what: string, definition: PublishedTool, tool: string, sent: string][] = [
  [
    'an HTTP API',
    { type: 'openapi', operations: [{ tool: TOOL, plan: { method: 'GET', path: '/v3/pets/{id}', parameters } }] },
    'far_find',
    'GET /v3/pets/7',
  ],
  [
    'a server that takes the arguments',
    { type: 'http', tool: { ...TOOL, name: 'far' }, method: 'POST' },
    'far',
    'POST /v3',
  ],
];

describe.each(APIS)('%s that runs elsewhere', (_what, definition, tool, sent) => {
  const issued = {
    header: 'authorization',
    value: 'Bearer s3cret',
    shared: true,
    renewInSeconds: 60,
    expiresInSeconds: 600,
  };

  async function caller(url: string, options: { allowed?: string[]; answers?: string[][]; proxy?: string } = {}) {
    const { allowed = ['127.0.0.1'], answers = [['127.0.0.1']], proxy = '' } = options;
    const proxyFor = proxiesOf({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy });
    const egress = createEgress({ allowedNetworks: allowed, lookup: resolverOf(...answers).lookup, proxyFor });
    const router = await startRouter({ egress, broker: { issue: async () => issued } });
    await router.publish('far', {
      definition,
      path: '/v3',
      urls: [url],
      route: { ...REMOTE, upstreamAuth: { credential: 'far' } },
    });
    const client = await modernClient(router.url);
    await becomesTrue('its tools', async () =>
      expect((await client.listTools(undefined, { cacheMode: 'refresh' })).tools).toHaveLength(1),
    );
    return async () => {
      const result = await client.callTool({ name: tool, arguments: { id: '7' } });
      return `${result.isError ? 'error: ' : ''}${textOf(result)}`;
    };
  }

  it('gets its own path, host, headers and credential, and nothing about the caller', async () => {
    const server = await startUpstream((_req, res) => res.end('found'));
    const call = await caller(named(server.endpoint, ''));
    expect(await call()).toBe('found');
    const [seen] = server.seen;
    expect(`${seen?.method} ${seen?.url}`).toBe(sent);
    expect(seen?.header('host')).toEqual([`${NAME}:${new URL(server.endpoint.url).port}`]);
    expect([seen?.header('x-api-version'), seen?.header('authorization')]).toEqual([['2'], ['Bearer s3cret']]);
    expect(JSON.stringify(seen?.headers)).not.toMatch(/alice|x-mcp-|forwarded/i);
  });

  it('is not reached at an address that is not permitted, also when its name leads there a moment later', async () => {
    const server = await startUpstream((_req, res) => res.setHeader('connection', 'close').end('found'));
    const call = await caller(named(server.endpoint, ''), { answers: [['127.0.0.1'], ['169.254.169.254']] });
    expect(await call()).toBe('found');
    expect(await call()).toMatch(/^error: .*cannot be reached: .*leads to the address of a metadata service/);
    expect(server.seen).toHaveLength(1);
  });

  it('is not followed elsewhere, so its credential stays', async () => {
    const other = await startUpstream((_req, res) => res.end('stolen'));
    const server = await startUpstream((_req, res) =>
      res.writeHead(307, { location: named(other.endpoint, '/') }).end(),
    );
    const call = await caller(named(server.endpoint, ''));
    expect(await call()).toMatch(/^error: .*307, a redirect/);
    expect(other.seen).toEqual([]);
  });

  it('is reached through the HTTP proxy of the gateway', async () => {
    const server = await startUpstream((_req, res) => res.end('found'));
    const proxy = await startProxy(server.endpoint);
    const call = await caller(named(server.endpoint, ''), { proxy: `http://${proxy.host}` });
    expect(await call()).toBe('found');
    expect(proxy.asked).toEqual([`${NAME}:${new URL(server.endpoint.url).port}`]);
  });

  it('with a certificate that nobody vouches for gets no request', async () => {
    const server = await startUpstream((_req, res) => res.end('found'), selfSigned(NAME));
    const call = await caller(named(server.endpoint, ''));
    expect(await call()).toMatch(
      /^error: .*certificate of the server is of an authority that the gateway does not trust/,
    );
    expect(server.seen).toEqual([]);
  });
});
