import { expect, it } from '@jest/globals';
import { createEgress } from '@mcp-gateway/platform/egress';
import { NAME, named, resolverOf } from '../data-plane/support/remote.js';
import { startSdkServer } from '../data-plane/support/sdk-server.js';
import { becomesTrue } from '../support/wait.js';
import { legacyClient, startRouter, textOf } from './support/router.js';
import { MCP } from './support/servers.js';

const { lookup } = resolverOf(['127.0.0.1']);
const DEFINITION = { definition: MCP, path: '/mcp?key=7', route: { remote: { headers: { 'X-Api-Version': '2' } } } };

it('calls the tools of a server that runs elsewhere, which learns nothing of the caller', async () => {
  const server = await startSdkServer();
  const router = await startRouter({ egress: createEgress({ allowedNetworks: ['127.0.0.1'], lookup }) });
  await router.publish('far', { ...DEFINITION, urls: [named(server.endpoint, '')] });
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
});

it('does not connect to an address that is not permitted', async () => {
  const server = await startSdkServer();
  const router = await startRouter({ egress: createEgress({ allowedNetworks: [], lookup }), firstListMs: 500 });
  await router.publish('far', { ...DEFINITION, urls: [named(server.endpoint, '')] });
  const { client } = await legacyClient(router.url);
  await client.listTools().catch(() => {});
  expect(server.seen).toEqual([]);
});
