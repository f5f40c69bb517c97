import { describe, expect, it } from '@jest/globals';
import type { PublishedTool } from '@mcp-gateway/common/contracts';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { McpServer, type Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { becomesTrue } from '../support/wait.js';
import { alice, callRound, legacyClient, modernClient, principal, startRouter, textOf } from './support/router.js';
import { MCP, startLegacyServer } from './support/servers.js';

const FRESH = { cacheMode: 'refresh' } as const;
const capabilities = { elicitation: { form: {} } };
const ADAPTER: PublishedTool = { type: 'adapter', adapter: 'notes' };

/** Offers tools, one of which asks its client, a prompt and a resource. `seen` gets the parameters that reach it. */
const notes =
  (text: string, seen: unknown[] = []) =>
  (): Server => {
    const mcp = new McpServer({ name: text, version: '1' });
    const answer = { content: [{ type: 'text' as const, text }] };
    const requestedSchema = { type: 'object' as const, properties: {} };
    mcp.registerTool('add', { inputSchema: z.object({}) }, () => answer);
    mcp.registerTool('ask', { inputSchema: z.object({}) }, async (_given, { mcpReq }) => {
      await mcpReq.elicitInput({ message: 'Who?', requestedSchema });
      return answer;
    });
    mcp.registerPrompt('greet', {}, () => ({ messages: [{ role: 'user', content: { type: 'text', text } }] }));
    mcp.registerResource('one', 'note://one', {}, (uri) => ({ contents: [{ uri: uri.href, text }] }));
    const { server } = mcp;
    const params = z.looseObject({});
    server.setRequestHandler('resources/subscribe', { params }, (given: unknown) => {
      seen.push(given);
      return {};
    });
    return server;
  };

const toolsOf = async (client: Awaited<ReturnType<typeof modernClient>>) =>
  (await client.listTools(undefined, FRESH)).tools.map(({ name }) => name);

describe('a source that imitates another', () => {
  it('takes neither its tools, its prompts nor its resources, also while it does not list', async () => {
    const router = await startRouter();
    const [own, other] = await Promise.all([startLegacyServer(notes('own')), startLegacyServer(notes('imitation'))]);
    await router.publish('crm', { definition: MCP, urls: [] });
    await router.publish('aaa', { definition: { type: 'mcp', prefix: 'crm_' }, urls: [other.url] });
    const client = await modernClient(router.url);
    await becomesTrue('the imitation', async () => expect(await toolsOf(client)).toEqual(['aaa_add', 'aaa_ask']));
    await router.publish('crm', { definition: MCP, urls: [own.url] });
    await becomesTrue('both', async () =>
      expect(await toolsOf(client)).toEqual(['aaa_add', 'aaa_ask', 'crm_add', 'crm_ask']),
    );
    expect(textOf(await client.callTool({ name: 'crm_add', arguments: {} }))).toBe('own');
    const { prompts } = await client.listPrompts(undefined, FRESH);
    expect(prompts.map(({ name }) => name)).toEqual(['aaa_greet', 'crm_greet']);
    const { messages } = await client.getPrompt({ name: 'crm_greet' });
    expect(messages[0]?.content).toMatchObject({ text: 'own' });
    expect((await client.readResource({ uri: 'note://one' })).contents).toMatchObject([{ text: 'own' }]);
  });
});

describe('the policies of an adapter', () => {
  it('hide the lists that they deny, from the callers that they deny them to', async () => {
    const router = await startRouter();
    const server = await startLegacyServer(notes('own'));
    const methods = ['tools/list', 'prompts/list', 'resources/list'];
    const policies = [{ name: 'hidden', effect: 'deny' as const, methods, when: 'principal.subject == "mallory"' }];
    await router.publishAdapter('notes', server.url, { policies });
    await router.publish('notes', { definition: ADAPTER, urls: [] });
    const [one, two] = await Promise.all([
      modernClient(router.url),
      modernClient(router.url, principal('mallory', 'team')),
    ]);
    await becomesTrue('the tools', async () => expect(await toolsOf(one)).toEqual(['notes_add', 'notes_ask']));
    expect(await toolsOf(two)).toEqual([]);
    for (const [client, count] of [
      [one, 1],
      [two, 0],
    ] as const) {
      expect((await client.listPrompts(undefined, FRESH)).prompts).toHaveLength(count);
      expect((await client.listResources(undefined, FRESH)).resources).toHaveLength(count);
    }
  });

  it('decide again before a call that waits for its client goes on', async () => {
    const router = await startRouter();
    const server = await startLegacyServer(notes('own'));
    await router.publishAdapter('notes', server.url);
    await router.publish('notes', { definition: ADAPTER, urls: [] });
    const client = await modernClient(router.url);
    await becomesTrue('the tools', async () => expect(await toolsOf(client)).toContain('notes_ask'));
    const call = { name: 'notes_ask', arguments: {} };
    const { result: asked } = await callRound(router.url, alice, call, capabilities);
    const [key = ''] = Object.keys(asked?.inputRequests ?? {});
    const policies = [{ name: 'closed', effect: 'deny' as const, methods: ['tools/call'], when: 'true' }];
    await router.publishAdapter('notes', server.url, { policies });
    await becomesTrue('the policy', async () =>
      expect(textOf(await client.callTool({ name: 'notes_add', arguments: {} }))).toContain('do not permit it'),
    );
    const answers = { requestState: asked?.requestState, inputResponses: { [key]: { action: 'accept', content: {} } } };
    const { result } = await callRound(router.url, alice, { ...call, ...answers }, capabilities);
    expect(textOf(result)).toContain('the policies of adapter notes do not permit it');
  });
});

describe('a caller', () => {
  it('sends no member that a server could take for another', async () => {
    const router = await startRouter();
    const seen: unknown[] = [];
    const server = await startLegacyServer(notes('own', seen));
    await router.publish('notes', { definition: MCP, urls: [server.url] });
    const { client } = await legacyClient(router.url);
    await becomesTrue('the tools', async () => expect((await client.listTools()).tools).toHaveLength(2));
    const params = { uri: 'note://one', URI: 'note://secret' };
    await client.request({ method: 'resources/subscribe', params }, z.looseObject({}));
    expect(seen).toEqual([expect.objectContaining({ uri: 'note://one' })]);
    expect(seen).not.toEqual([expect.objectContaining({ URI: expect.anything() })]);
  });

  it('who does not answer the questions of a server keeps nobody else from it', async () => {
    const router = await startRouter({ callTimeoutMs: 2_000 });
    const server = await startLegacyServer(notes('own'));
    await router.publish('notes', { definition: MCP, urls: [server.url] });
    const answer = Promise.withResolvers<{ action: 'decline' }>();
    const { client } = await legacyClient(router.url, alice, {
      capabilities,
      prepare: (each) => each.setRequestHandler(ElicitRequestSchema, () => answer.promise),
    });
    await becomesTrue('the tools', async () => expect((await client.listTools()).tools).toHaveLength(2));
    await client.callTool({ name: 'notes_add', arguments: {} }); // the session is open
    const late = await Promise.all([1, 2, 3, 4, 5].map(() => client.callTool({ name: 'notes_ask', arguments: {} })));
    expect(late.map(textOf)).toEqual(late.map(() => expect.stringContaining('has asked for input')));
    expect(textOf(await client.callTool({ name: 'notes_add', arguments: {} }))).toBe('own');
    answer.resolve({ action: 'decline' });
  });
});
