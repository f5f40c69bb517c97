import { describe, expect, it } from '@jest/globals';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Client } from '@modelcontextprotocol/client';
import { inputRequired, McpServer, type Server, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { becomesTrue } from '../support/wait.js';
import { alice, callRound, legacyClient, modernClient, principal, startRouter, textOf } from './support/router.js';
import { MCP, startLegacyServer, startModernServer } from './support/servers.js';

const FRESH = { cacheMode: 'refresh' } as const;
const capabilities = { elicitation: { form: {} }, sampling: {}, roots: {} };
const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };

/** Asks its client for a name, for a text and for its roots, as the era of the server has it. */
function asking(era: 'legacy' | 'modern', cancelled: string[] = []): Server {
  const server = new McpServer({ name: 'asking', version: '1' }, { capabilities: { logging: {} } });
  const answer = (name: unknown, text: unknown, root: unknown) => ({
    content: [{ type: 'text' as const, text: `${String(name)}, ${String(text)}, ${String(root)}` }],
  });
  const sampling = {
    messages: [{ role: 'user' as const, content: { type: 'text' as const, text: 'greet' } }],
    maxTokens: 9,
  };

  async function legacy({ mcpReq }: ServerContext) {
    mcpReq.signal.addEventListener('abort', () => void cancelled.push('cancelled'));
    await mcpReq.log('info', 'begins');
    const { content } = await mcpReq.elicitInput({ message: 'Who?', requestedSchema });
    const { content: said } = await mcpReq.requestSampling(sampling);
    const { roots } = await mcpReq.send({ method: 'roots/list' });
    return answer(content?.['name'], (said as { text: string }).text, roots[0]?.uri);
  }
  async function modern({ mcpReq }: ServerContext) {
    const { who, greeting, roots } = (mcpReq.inputResponses ?? {}) as Record<string, Record<string, unknown>>;
    if (!who) {
      const elicit = inputRequired.elicit({ message: 'Who?', requestedSchema });
      return inputRequired({ inputRequests: { who: elicit }, requestState: 'first' });
    }
    if (!greeting || !roots) {
      const name = (who['content'] as { name: string }).name;
      return inputRequired({
        inputRequests: {
          greeting: inputRequired.createMessage(sampling),
          roots: inputRequired.listRoots(),
          who: elicit(),
        },
        requestState: `second ${mcpReq.requestState<string>()} ${name}`,
      });
    }
    const name = mcpReq.requestState<string>()?.replace('second first ', '');
    const uri = (roots['roots'] as { uri: string }[])[0]?.uri;
    return answer(name, (greeting['content'] as { text: string }).text, uri);
  }
  const elicit = () => inputRequired.elicit({ message: 'Again?', requestedSchema });
  server.registerTool('ask', { inputSchema: z.object({}) }, (_given, context) =>
    era === 'legacy' ? legacy(context) : modern(context),
  );
  return server.server;
}

const roots = { roots: [{ uri: 'file:///home' }] };
const greeting = { role: 'assistant' as const, model: 'm', content: { type: 'text' as const, text: 'hello' } };

const legacyAsked = (url: string, name: string, logs: unknown[] = []) =>
  legacyClient(url, principal(name, 'team'), {
    capabilities,
    prepare(client) {
      client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept' as const, content: { name } }));
      client.setRequestHandler(CreateMessageRequestSchema, () => greeting);
      client.setRequestHandler(ListRootsRequestSchema, () => roots);
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logs.push(params.data));
    },
  });

const answering = (name: string) => (client: Client) => {
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: { name } }));
  client.setRequestHandler('sampling/createMessage', () => greeting);
  client.setRequestHandler('roots/list', () => roots);
};
const modernAsked = (url: string, name: string) =>
  modernClient(url, principal(name, 'team'), { capabilities, prepare: answering(name) });

describe.each([
  ['legacy', startLegacyServer],
  ['modern', startModernServer],
] as const)('a %s server that asks its clients', (era, start) => {
  async function set() {
    const router = await startRouter();
    const server = await start(() => asking(era));
    await router.publish('srv', { definition: MCP, urls: [server.url] });
    const client = await modernClient(router.url);
    await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
    return router;
  }
  const call = { name: 'srv_ask', arguments: {} };

  it('asks each legacy client its own questions', async () => {
    const { url } = await set();
    const logs: unknown[] = [];
    const [one, two] = await Promise.all([legacyAsked(url, 'one', logs), legacyAsked(url, 'two')]);
    const results = await Promise.all([
      one.client.callTool(call),
      two.client.callTool(call),
      one.client.callTool(call),
    ]);
    expect(results.map(textOf)).toEqual(['one', 'two', 'one'].map((name) => `${name}, hello, file:///home`));
    expect(logs).toEqual(era === 'legacy' ? ['begins', 'begins'] : []);
  });

  it('asks each modern client its own questions', async () => {
    const { url } = await set();
    const [one, two] = await Promise.all([modernAsked(url, 'one'), modernAsked(url, 'two')]);
    const results = await Promise.all([one.callTool(call), two.callTool(call), one.callTool(call)]);
    expect(results.map(textOf)).toEqual(['one', 'two', 'one'].map((name) => `${name}, hello, file:///home`));
  });

  it('gives a state to the client that is of no use to another one, for another tool, or changed', async () => {
    const { url } = await set();
    const asked = await round(url, alice, {});
    expect(asked).toMatchObject({ result: { resultType: 'input_required' } });
    const { requestState = '', inputRequests = {} } = asked.result ?? {};
    expect(Buffer.from(requestState, 'base64url').toString('latin1')).not.toContain('first');
    const [key = ''] = Object.keys(inputRequests);
    const inputResponses = { [key]: { action: 'accept', content: { name: 'x' } } };
    const refused = { error: { code: -32_602, message: 'Invalid or expired requestState' } };
    expect(await round(url, principal('mallory', 'team'), { requestState, inputResponses })).toMatchObject(refused);
    const changed = `${requestState.slice(0, 40)}${requestState[40] === 'A' ? 'B' : 'A'}${requestState.slice(41)}`;
    expect(await round(url, alice, { requestState: changed, inputResponses })).toMatchObject(refused);
    expect(await round(url, alice, { requestState, inputResponses })).toMatchObject({
      result: { resultType: 'input_required' },
    });
  });
});

it('a round that comes to another router reaches the call that waits', async () => {
  const router = await startRouter();
  const server = await startLegacyServer(() => asking('legacy'));
  await router.publish('srv', { definition: MCP, urls: [server.url] });
  const other = await router.start();
  for (const url of [router.url, other]) {
    const client = await modernClient(url);
    await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
  }
  const answers = [{ action: 'accept', content: { name: 'x' } }, greeting, roots];
  let asked = await round(router.url, alice, {});
  for (const answer of answers) {
    const [key = ''] = Object.keys(asked.result?.inputRequests ?? {});
    const { requestState } = asked.result ?? {};
    asked = await round(other, alice, { requestState, inputResponses: { [key]: answer } });
  }
  expect(textOf(asked.result)).toBe('x, hello, file:///home');
});

const round = (url: string, caller: typeof alice, more: object) =>
  callRound(url, caller, { name: 'srv_ask', arguments: {}, ...more }, capabilities);

it('a client that cancels while a legacy server waits for its answer cancels the call there', async () => {
  const cancelled: string[] = [];
  let isAsked = false;
  const router = await startRouter();
  const server = await startLegacyServer(() => asking('legacy', cancelled));
  await router.publish('srv', { definition: MCP, urls: [server.url] });
  const { client } = await legacyClient(router.url, alice, {
    capabilities,
    prepare: (each) =>
      each.setRequestHandler(ElicitRequestSchema, () => {
        isAsked = true;
        return new Promise<never>(() => {});
      }),
  });
  await becomesTrue('the tool', async () => expect((await client.listTools()).tools).toHaveLength(1));
  const stop = new AbortController();
  const result = client.callTool({ name: 'srv_ask', arguments: {} }, undefined, { signal: stop.signal });
  await becomesTrue('the question', () => expect(isAsked).toBe(true));
  stop.abort();
  await expect(result).rejects.toThrow(/abort/i);
  await becomesTrue('the cancellation', () => expect(cancelled).toEqual(['cancelled']));
  await client.close();
});

it('prompts, resources, completions and subscriptions reach the server that offers them', async () => {
  const router = await startRouter();
  const servers: McpServer[] = [];
  const { ResourceTemplate, completable } = await import('@modelcontextprotocol/server');
  const server = await startLegacyServer(() => {
    const mcp = new McpServer({ name: 'x', version: '1' }, { capabilities: { resources: { subscribe: true } } });
    servers.push(mcp);
    const argsSchema = z.object({ who: completable(z.string(), (value) => [`${value}-completed`]) });
    mcp.registerPrompt('greet', { argsSchema }, ({ who }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `hi ${who}` } }],
    }));
    const text = (uri: URL) => ({ contents: [{ uri: uri.href, text: `text of ${uri.href}` }] });
    mcp.registerResource('one', 'note://one', {}, text);
    mcp.registerResource('any', new ResourceTemplate('note://any/{name}', { list: undefined }), {}, text);
    mcp.server.setRequestHandler('resources/subscribe', () => ({}));
    return mcp.server;
  });
  await router.publish('notes', { definition: MCP, urls: [server.url] });
  const updates: string[] = [];
  const legacy = await legacyClient(router.url, alice, {
    prepare: (client) =>
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void updates.push(params.uri)),
  });
  const modern = await modernClient(router.url);
  await becomesTrue('the prompt', async () =>
    expect((await modern.listPrompts(undefined, FRESH)).prompts).toHaveLength(1),
  );
  const ref = { type: 'ref/prompt' as const, name: 'notes_greet' };
  for (const client of [modern, legacy.client] as Client[]) {
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual(['notes_greet']);
    expect(
      (await client.getPrompt({ name: 'notes_greet', arguments: { who: 'you' } })).messages[0]?.content,
    ).toMatchObject({
      text: 'hi you',
    });
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['note://one']);
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1);
    for (const uri of ['note://one', 'note://any/two']) {
      expect((await client.readResource({ uri })).contents).toMatchObject([{ text: `text of ${uri}` }]);
    }
    expect((await client.complete({ ref, argument: { name: 'who', value: 'a' } })).completion.values).toEqual([
      'a-completed',
    ]);
    await expect(client.readResource({ uri: 'note://none' })).rejects.toThrow(/note:\/\/none/);
  }
  await legacy.client.subscribeResource({ uri: 'note://one' });
  await Promise.all(servers.map((each) => each.server.sendResourceUpdated({ uri: 'note://one' }).catch(() => {})));
  await becomesTrue('the update', () => expect(updates.length).toBeGreaterThan(0));
});
