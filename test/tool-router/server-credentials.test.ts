import { expect, it } from '@jest/globals';
import type { CredentialRequest, PublishedTool } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { becomesTrue } from '../support/wait.js';
import { modernClient, startRouter, textOf } from './support/router.js';
import { httpTool, MCP, startHttpTool, startModernServer, startServer } from './support/servers.js';

const FRESH = { cacheMode: 'refresh' } as const;
const AUTH = { route: { upstreamAuth: { credential: 'crm' } } };
const OPENAPI: PublishedTool = {
  type: 'openapi',
  prefix: '',
  operations: [
    {
      tool: { name: 'read', inputSchema: { type: 'object' } },
      plan: { method: 'GET', path: '/items', parameters: [] },
    },
  ],
};

/** A broker that counts what it gives out. */
function countingBroker(header = 'x-api-key') {
  const asked: CredentialRequest[] = [];
  return {
    asked,
    async issue(request: CredentialRequest) {
      asked.push(request);
      const value = `key-${asked.length}`;
      return { header, value, shared: true, renewInSeconds: 60, expiresInSeconds: 600 };
    },
  };
}

it('gives the servers of tools the credential of their resource, and asks for it once', async () => {
  const broker = countingBroker('accept');
  const router = await startRouter({ broker });
  const tool = await startHttpTool((_received, res) => res.end('fine'));
  const seen: unknown[] = [];
  const api = await startServer(({ headers }, res) => {
    seen.push(headers.accept);
    res.end('fine');
  });
  await router.publish('weather', { definition: httpTool('weather'), urls: [tool.url], ...AUTH });
  await router.publish('api', { definition: OPENAPI, urls: [api.url], ...AUTH });
  const client = await modernClient(router.url);
  await becomesTrue('the tools', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(2));
  for (const name of ['weather', 'weather', 'read']) {
    expect(textOf(await client.callTool({ name, arguments: name === 'read' ? {} : { city: 'x' } }))).toBe('fine');
  }
  expect(tool.received.map(({ headers }) => headers.accept)).toEqual(['key-1', 'key-1']);
  expect(seen).toEqual(['key-2']);
  expect(broker.asked).toEqual(
    ['weather', 'api'].map((name) => ({ kind: 'tool', name, resourceId: `id of tool/${name}`, renew: false })),
  );
});

it('gives MCP servers the credential of the tool, or of the adapter, with every request', async () => {
  const broker = countingBroker();
  const router = await startRouter({ broker });
  const keys = new Set<string>();
  const server = await startModernServer(() => {
    const mcp = new Server({ name: 'crm', version: '1' }, { capabilities: { tools: {} } });
    mcp.setRequestHandler('tools/list', { params: z.looseObject({}) }, async (_params, { http }) => {
      keys.add(String(http?.req?.headers.get('x-api-key')));
      return { tools: [{ name: 'find', inputSchema: { type: 'object' as const } }] };
    });
    mcp.setRequestHandler('tools/call', { params: z.looseObject({}) }, async (_params, { http }) => ({
      content: [{ type: 'text', text: String(http?.req?.headers.get('x-api-key')) }],
    }));
    return mcp;
  });
  await router.publish('crm', { definition: MCP, urls: [server.url], ...AUTH });
  await router.publishAdapter('sales', server.url, AUTH.route);
  await router.publish('of-adapter', { definition: { type: 'adapter', adapter: 'sales' }, urls: [] });
  const client = await modernClient(router.url);
  await becomesTrue('the tools', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(2));
  const [one, other] = [
    await client.callTool({ name: 'crm_find' }),
    await client.callTool({ name: 'of-adapter_find' }),
  ];
  expect([textOf(one), textOf(other)].toSorted()).toEqual(['key-1', 'key-2']);
  expect([...keys].toSorted()).toEqual(['key-1', 'key-2']);
  expect(broker.asked.map(({ kind, name }) => `${kind}/${name}`).toSorted()).toEqual(['adapter/sales', 'tool/crm']);
});

it('gets another credential after the server has refused one, and tells no caller to sign in', async () => {
  const broker = countingBroker();
  const router = await startRouter({ broker });
  const server = await startServer(({ headers }, res) =>
    res.writeHead(headers['x-api-key'] === 'key-1' ? 401 : 200).end('answer'),
  );
  await router.publish('api', { definition: OPENAPI, urls: [server.url], ...AUTH });
  const client = await modernClient(router.url);
  await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
  const refused = await client.callTool({ name: 'read' });
  expect(refused.isError).toBe(true);
  expect(textOf(refused)).toContain('tool/api refuses the credential of the gateway');
  expect(textOf(await client.callTool({ name: 'read' }))).toBe('answer');
  expect(broker.asked.map(({ renew }) => renew)).toEqual([false, true]);
});

it.each<[why: string, broker: { issue(): Promise<never> } | undefined, says: string]>([
  ['no control plane is configured', undefined, 'the tool router has no CONTROL_PLANE_URL'],
  [
    'the control plane has none',
    {
      issue: () => Promise.reject(new GatewayError('CREDENTIAL_UNAVAILABLE', { detail: 'the credential crm is gone' })),
    },
    'the gateway has no credential for tool/api: the credential crm is gone',
  ],
])('says why a call fails when %s, and sends nothing without the credential', async (_why, broker, says) => {
  const router = await startRouter({ broker });
  let calls = 0;
  const server = await startServer((_req, res) => {
    calls += 1;
    res.end();
  });
  await router.publish('api', { definition: OPENAPI, urls: [server.url], ...AUTH });
  const client = await modernClient(router.url);
  await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
  const result = await client.callTool({ name: 'read' });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toContain(says);
  expect(calls).toBe(0);
});
