import { expect, it } from '@jest/globals';
import type { PublishedRoute } from '@mcp-gateway/common/contracts';
import { createEgress } from '@mcp-gateway/platform/egress';
import { NAME, named, resolverOf } from '../data-plane/support/remote.js';
import { startSdkServer } from '../data-plane/support/sdk-server.js';
import { becomesTrue } from '../support/wait.js';
import { legacyClient, startRouter, textOf } from './support/router.js';
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
