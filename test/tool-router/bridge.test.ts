import { describe, expect, it } from '@jest/globals';
import { auditTrail } from '@mcp-gateway/audit';
import { AuditRecord, type PublishedRoute } from '@mcp-gateway/common/contracts';
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Client } from '@modelcontextprotocol/client';
import {
  completable,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { startGateway, type DataPlaneOptions, type Gateway } from '../data-plane/support/gateway.js';
import { INITIALIZE } from '../data-plane/support/session-server.js';
import { WITH_SECRET } from '../data-plane/support/tool-router.js';
import { routeTo } from '../data-plane/support/upstream.js';
import { afterTest } from '../support/clean-up.js';
import { connect, type Session } from '../support/clients.js';
import { send } from '../support/http.js';
import { silent } from '../support/postgres.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { modernThrough, startRouterOf } from './support/behind-data-planes.js';
import { textOf } from './support/router.js';
import { startLegacyServer, startModernServer } from './support/servers.js';

const BOB = { 'x-dev-userid': 'bob', 'x-dev-roles': 'team' };
const MALLORY = { 'x-dev-userid': 'mallory' };
const FRESH = { cacheMode: 'refresh' } as const;
const capabilities = { elicitation: { form: {} } };
const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };

/** A server that says who it is, with a tool that asks as its era has it. */
function crm(era: 'legacy' | 'modern', seen: Headers[] = []): Server {
  const mcp = new McpServer(
    { name: 'crm-server', version: '7.0.0', title: 'The CRM' },
    { instructions: 'Ask for customers.', capabilities: { logging: {} } },
  );
  const said = (text: string) => ({ content: [{ type: 'text' as const, text }] });
  mcp.registerTool('dir.read', { inputSchema: z.object({ path: z.string() }) }, ({ path }, { http }) => {
    if (http?.req) seen.push(http.req.headers);
    return said(`read ${path}`);
  });
  const legacy = async ({ mcpReq }: ServerContext) => {
    const { content } = await mcpReq.elicitInput({ message: 'Who?', requestedSchema });
    return said(`hello ${String(content?.['name'])}`);
  };
  const modern = ({ mcpReq }: ServerContext) => {
    const { who } = (mcpReq.inputResponses ?? {}) as Record<string, { content: { name: string } }>;
    if (who) return said(`hello ${who.content.name}`);
    return inputRequired({ inputRequests: { who: inputRequired.elicit({ message: 'Who?', requestedSchema }) } });
  };
  mcp.registerTool('ask', { inputSchema: z.object({}) }, (_given, context) =>
    era === 'legacy' ? legacy(context) : modern(context),
  );
  const argsSchema = z.object({ who: completable(z.string(), (value) => [`${value}-completed`]) });
  mcp.registerPrompt('greet', { argsSchema }, ({ who }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `hi ${who}` } }],
  }));
  const text = (uri: URL) => ({ contents: [{ uri: uri.href, text: `text of ${uri.href}` }] });
  mcp.registerResource('one', 'note://one', {}, text);
  mcp.registerResource('any', new ResourceTemplate('note://any/{name}', { list: undefined }), {}, text);
  return mcp.server;
}

/** A gateway with a tool router and the adapter `crm`, whose clients it serves. */
async function bridged(url: string, changes: Partial<PublishedRoute> = {}, options: DataPlaneOptions = {}) {
  const endpoint = { id: 'crm-0', url, path: '/mcp', ready: true };
  const route = routeTo(endpoint, { name: 'crm', requiredRoles: ['team'], bridge: true });
  const gateway: Gateway = await startGateway({ ...WITH_SECRET, ...options, routes: [{ ...route, ...changes }] });
  await startRouterOf(gateway, [gateway]);
  const publish = (more: Partial<PublishedRoute>) => gateway.publish({ ...route, generation: 2, ...changes, ...more });
  return { gateway, publish, mcp: `${gateway.url}/adapters/crm/mcp` };
}

describe.each([
  ['legacy', startLegacyServer],
  ['modern', startModernServer],
] as const)('an adapter with bridge and a %s server', (era, start) => {
  const answer = { action: 'accept' as const, content: { name: 'Ada' } };
  const legacyClient = (url: string): Promise<Session> =>
    connect(url, {
      headers: BOB,
      capabilities,
      prepare: (client) => client.setRequestHandler(ElicitRequestSchema, () => answer),
    });
  const modernClient = (url: string): Promise<Client> =>
    modernThrough(url, BOB, {
      capabilities,
      prepare: (client) => client.setRequestHandler('elicitation/create', () => answer),
    });

  it('serves clients of both eras all that the server has, under its own names', async () => {
    const seen: Headers[] = [];
    const server = await start(() => crm(era, seen));
    const { mcp } = await bridged(server.url);
    const clients = [(await legacyClient(mcp)).client as unknown as Client, await modernClient(mcp)];
    for (const client of clients) {
      expect(client.getServerVersion()).toMatchObject({ name: 'crm-server', version: '7.0.0', title: 'The CRM' });
      expect(client.getInstructions()).toBe('Ask for customers.');
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual(['ask', 'dir.read']);
      expect(textOf(await client.callTool({ name: 'dir.read', arguments: { path: 'x' } }))).toBe('read x');
      expect(textOf(await client.callTool({ name: 'ask', arguments: {} }))).toBe('hello Ada');
      const prompt = await client.getPrompt({ name: 'greet', arguments: { who: 'you' } });
      expect(prompt.messages[0]?.content).toMatchObject({ text: 'hi you' });
      expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['note://one']);
      expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1);
      expect((await client.readResource({ uri: 'note://any/two' })).contents).toMatchObject([
        { text: 'text of note://any/two' },
      ]);
      const ref = { type: 'ref/prompt' as const, name: 'greet' };
      const { completion } = await client.complete({ ref, argument: { name: 'who', value: 'a' } });
      expect(completion.values).toEqual(['a-completed']);
    }
    expect(seen.map((headers) => headers.get('x-mcp-userid'))).toEqual(['bob', 'bob']);
    for (const headers of seen) expect([...headers.keys()].filter((name) => /gateway/.test(name))).toEqual([]);
  });

  it('is no source of /mcp, and tells clients what the server has and no more', async () => {
    const server = await start(() => {
      const mcp = new McpServer({ name: 'small', version: '1' });
      mcp.registerTool('only', { inputSchema: z.object({}) }, () => ({ content: [] }));
      return mcp.server;
    });
    const { mcp, gateway } = await bridged(server.url);
    const client = await modernThrough(mcp, BOB);
    expect(Object.keys(client.getServerCapabilities() ?? {})).toEqual(['tools']);
    const all = await modernThrough(`${gateway.url}/mcp`, BOB);
    expect((await all.listTools(undefined, FRESH)).tools).toEqual([]);
  });
});

describe('an adapter with bridge', () => {
  it('keeps its permission, its policies with the headers of the client, and its name in the audit', async () => {
    const records: AuditRecord[] = [];
    const lines = { write: (line: string) => records.push(AuditRecord.loose().parse(JSON.parse(line))) > 0 };
    const trail = auditTrail({ service: 'data-plane', lines, log: silent });
    afterTest(() => trail.close());
    const server = await startModernServer(() => crm('modern'));
    const policies = [
      { name: 'no-reads', effect: 'deny' as const, methods: ['tools/call'], when: 'headers["x-zone"] != "inner"' },
    ];
    const { mcp, publish } = await bridged(server.url, { policies }, { trail });
    expect((await send(mcp, { body: INITIALIZE, headers: MALLORY })).status).toBe(404);
    const call = { name: 'dir.read', arguments: { path: 'x' } };
    const outer = await connect(mcp, { headers: BOB });
    await expect(outer.client.callTool(call)).rejects.toThrow(/no-reads/);
    const inner = await connect(mcp, { headers: { ...BOB, 'x-zone': 'inner' } });
    expect(textOf(await inner.client.callTool(call))).toBe('read x');
    await waitFor('the records', () => records.some(({ tool, outcome }) => tool && outcome === 'success'));
    const calls = records.filter(({ action }) => action === 'mcp.tools/call');
    expect(calls.map(({ outcome }) => outcome)).toEqual(['refused', 'success']);
    for (const { resource, tool } of calls) {
      expect({ ...resource, tool }).toMatchObject({ kind: 'adapter', name: 'crm', tool: 'dir.read' });
    }
    await publish({ requiredRoles: ['others'], createdBy: 'carol', policies: [] });
    await expect(inner.client.callTool(call)).rejects.toThrow(/no such adapter|not found/i);
  });

  it('tells clients of both eras of the resources that they follow, as far as its policies permit', async () => {
    const server = await startModernServer(() => {
      const mcp = new McpServer({ name: 'notes', version: '1' }, { capabilities: { resources: { subscribe: true } } });
      mcp.registerResource('one', 'note://one', {}, () => ({ contents: [] }));
      return mcp.server;
    });
    const policies = [
      {
        name: 'quiet',
        effect: 'deny' as const,
        methods: ['resources/subscribe'],
        when: '"x-zone" in headers',
      },
    ];
    const { mcp } = await bridged(server.url, { policies });
    const filter = { resourceSubscriptions: ['note://one'] };
    const updates: string[] = [];
    const prepare = (client: Client) =>
      client.setNotificationHandler('notifications/resources/updated', () => void updates.push('modern'));
    const modern = await modernThrough(mcp, BOB, { prepare });
    expect((await modern.listen(filter)).honoredFilter).toEqual(filter);
    const outer = await modernThrough(mcp, { ...BOB, 'x-zone': 'outer' });
    expect((await outer.listen(filter)).honoredFilter).toEqual({});
    const { client } = await connect(mcp, {
      headers: BOB,
      prepare: (each) =>
        each.setNotificationHandler(ResourceUpdatedNotificationSchema, () => void updates.push('legacy')),
    });
    await client.subscribeResource({ uri: 'note://one' });
    server.notify.resourceUpdated('note://one');
    await becomesTrue('both updates', () => expect(updates.toSorted()).toEqual(['legacy', 'modern']));
  });

  it('is bytes again without bridge, and its sessions go on', async () => {
    const server = await startLegacyServer(() => crm('legacy'));
    const { mcp, publish } = await bridged(server.url);
    const session = await connect(mcp, { headers: BOB });
    const call = () => session.client.callTool({ name: 'dir.read', arguments: { path: 'x' } });
    expect(textOf(await call())).toBe('read x');
    await publish({ bridge: false });
    await becomesTrue('the session at the server', async () => expect(textOf(await call())).toBe('read x'));
    const modern = await send(mcp, {
      headers: { ...BOB, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: {} }),
    });
    expect(modern.status).toBe(406); // the answer of the server itself, which wants more of `Accept`
  });
});
