import { describe, expect, it } from '@jest/globals';
import type { Logger } from '@mcp-gateway/platform/logging';
import { Server, type Result, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { becomesTrue } from '../support/wait.js';
import { silent } from '../support/postgres.js';
import { legacyClient, modernClient, principal, startRouter, textOf } from './support/router.js';
import { MCP, startLegacyServer, startModernServer } from './support/servers.js';

const FRESH = { cacheMode: 'refresh' } as const;
const Any = z.looseObject({});
const inputSchema = { type: 'object' as const };

interface Fake {
  tools?: string[];
  pageSize?: number;
  /** Lists the same page for ever. */
  repeatsCursor?: boolean;
  call?: (
    name: string,
    context: ServerContext,
    params: Record<string, unknown>,
  ) => Result | void | Promise<Result | void>;
}

/** Hands on fields that the SDK does not know. */
class TransparentServer extends Server {
  protected override _wrapHandler(_method: string, handler: Parameters<Server['_wrapHandler']>[1]) {
    return handler;
  }
}

/** A server with the tools of the moment, in pages. */
function fakeServer(fake: Fake): Server {
  const server = new TransparentServer(
    { name: 'fake', version: '1' },
    { capabilities: { tools: { listChanged: true } } },
  );
  server.setRequestHandler('tools/list', { params: Any }, async ({ cursor }) => {
    const { tools = [], pageSize = 50, repeatsCursor = false } = fake;
    const start = Number(cursor ?? 0);
    const page = tools.slice(start, start + pageSize).map((name) => ({ name, inputSchema, 'x-own': { kept: true } }));
    if (repeatsCursor) return { tools: page, nextCursor: '0' };
    return { tools: page, ...(start + pageSize < tools.length && { nextCursor: String(start + pageSize) }) };
  });
  server.setRequestHandler('tools/call', { params: Any }, async (params, context) => {
    const result = await fake.call?.(String(params['name']), context, params);
    return result ?? { content: [{ type: 'text', text: `called ${String(params['name'])}` }] };
  });
  return server;
}

const eras = [
  ['legacy', startLegacyServer],
  ['modern', startModernServer],
] as const;
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `tool-${String(i).padStart(3, '0')}`);

describe.each(eras)('a %s server', (era, start) => {
  it('shows clients of both eras all pages of its tools, with fields that nobody knows', async () => {
    const router = await startRouter();
    const server = await start(() => fakeServer({ tools: numbered(250) }));
    await router.publish('big', { definition: MCP, urls: [server.url] });
    const modern = await modernClient(router.url);
    await becomesTrue('all', async () => expect((await modern.listTools(undefined, FRESH)).tools).toHaveLength(250));
    const raw = await modern.request({ method: 'tools/list' }, Any);
    const { client } = await legacyClient(router.url);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(numbered(250).map((name) => `big_${name}`));
    expect(raw['tools']).toEqual(expect.arrayContaining([expect.objectContaining({ 'x-own': { kept: true } })]));
    expect(raw).toMatchObject({ ttlMs: 5_000, cacheScope: 'private' });
    const { content } = await client.callTool({ name: 'big_tool-249', arguments: {} });
    expect(content).toEqual([{ type: 'text', text: 'called tool-249' }]);
  });

  it('gets calls as they are, and its results reach clients as they are', async () => {
    const router = await startRouter();
    const content = [
      { type: 'text', text: 'see', annotations: { audience: ['user'] }, own: 1 },
      { type: 'image', data: 'AAAA', mimeType: 'image/png' },
      { type: 'resource_link', uri: 'x:y', name: 'y', own: [2] },
    ];
    const seen: unknown[] = [];
    const call: Fake['call'] = (_name, _context, params) => {
      seen.push(params);
      return { content, isError: true, own: { kept: 1 } };
    };
    const server = await start(() => fakeServer({ tools: ['do it'], call }));
    await router.publish('srv', { definition: MCP, urls: [server.url] });
    const modern = await modernClient(router.url);
    await becomesTrue('the tool', async () => expect((await modern.listTools(undefined, FRESH)).tools).toHaveLength(1));
    const [{ name } = { name: '' }] = (await modern.listTools()).tools;
    const { client } = await legacyClient(router.url);
    const params = { name, arguments: { a: [1] }, _meta: { traceparent: '00-1' } };
    const AnyOf1 = (await import('@modelcontextprotocol/sdk/types.js')).ResultSchema;
    for (const result of [
      await modern.request({ method: 'tools/call', params }, Any),
      await client.request({ method: 'tools/call', params }, AnyOf1),
    ]) {
      expect(result).toMatchObject({ content, isError: true, own: { kept: 1 } });
    }
    expect(seen).toHaveLength(2);
    for (const each of seen) expect(each).toMatchObject({ name: 'do it', arguments: { a: [1] } });
  });

  it('tells progress up, and is told when a call is cancelled', async () => {
    const router = await startRouter();
    let isCancelled = false;
    const call: Fake['call'] = async (_name, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2 } });
      await new Promise((resolve) => mcpReq.signal.addEventListener('abort', resolve));
      isCancelled = true;
    };
    const server = await start(() => fakeServer({ tools: ['slow'], call }));
    await router.publish('srv', { definition: MCP, urls: [server.url] });
    const modern = await modernClient(router.url);
    await becomesTrue('the tool', async () => expect((await modern.listTools(undefined, FRESH)).tools).toHaveLength(1));
    const legacy = await legacyClient(router.url);
    for (const client of [modern, legacy.client]) {
      isCancelled = false;
      const stop = new AbortController();
      const progress: unknown[] = [];
      const onprogress = (each: unknown) => void progress.push(each);
      const options = { signal: stop.signal, onprogress };
      const params = { name: 'srv_slow', arguments: {} };
      const result =
        client === modern ? modern.callTool(params, options) : legacy.client.callTool(params, undefined, options);
      await becomesTrue('progress', () => expect(progress).toEqual([{ progress: 1, total: 2 }]));
      stop.abort();
      await expect(result).rejects.toThrow(/abort/i);
      await becomesTrue('the cancellation', () => expect(isCancelled).toBe(true));
    }
  });

  it('announces a change of its tools once to clients of both eras, and to no others', async () => {
    const router = await startRouter();
    const fake: Fake = { tools: ['one'] };
    const servers: Server[] = [];
    const create = () => {
      const created = fakeServer(fake);
      servers.push(created);
      return created;
    };
    const server = await start(create);
    await router.publish('srv', { definition: MCP, urls: [server.url] });
    const told = { modern: 0, legacy: 0, stranger: 0 };
    const modern = await modernClient(router.url);
    await becomesTrue('the tool', async () => expect((await modern.listTools(undefined, FRESH)).tools).toHaveLength(1));
    modern.setNotificationHandler('notifications/tools/list_changed', () => void (told.modern += 1));
    await modern.listen({ toolsListChanged: true });
    const { ToolListChangedNotificationSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const listening = (who: 'legacy' | 'stranger', caller?: ReturnType<typeof principal>) =>
      legacyClient(router.url, caller, {
        prepare: (client) =>
          client.setNotificationHandler(ToolListChangedNotificationSchema, () => void (told[who] += 1)),
      });
    const legacy = await listening('legacy');
    await listening('stranger', principal('stranger'));
    await legacy.client.listTools();
    await new Promise((resolve) => setTimeout(resolve, 300)); // streams open

    fake.tools = ['one', 'two'];
    if (era === 'modern') (server as Awaited<ReturnType<typeof startModernServer>>).notify.toolsChanged();
    else await Promise.all(servers.map((each) => each.sendToolListChanged().catch(() => {})));
    await becomesTrue('both are told', () => expect(told).toEqual({ modern: 1, legacy: 1, stranger: 0 }));
    expect((await legacy.client.listTools()).tools.map(({ name }) => name)).toEqual(['srv_one', 'srv_two']);
    expect((await modern.listTools(undefined, FRESH)).tools).toHaveLength(2);
    await router.withdraw('srv');
    await becomesTrue('both are told', () => expect(told).toEqual({ modern: 2, legacy: 2, stranger: 0 }));
  });

  it('answers a call that is under way when its tool is removed', async () => {
    const router = await startRouter();
    const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const call = () => {
      begun.resolve();
      return released.promise;
    };
    const server = await start(() => fakeServer({ tools: ['slow'], call }));
    await router.publish('srv', { definition: MCP, urls: [server.url] });
    const { client } = await legacyClient(router.url);
    await becomesTrue('the tool', async () => expect((await client.listTools()).tools).toHaveLength(1));
    const result = client.callTool({ name: 'srv_slow', arguments: {} });
    await begun.promise;
    await router.withdraw('srv');
    await becomesTrue('its removal', async () => expect((await client.listTools()).tools).toEqual([]));
    released.resolve();
    expect(textOf(await result)).toBe('called slow');
  });

  it('keeps its tools listed while it is away, and their calls say so by name', async () => {
    const router = await startRouter();
    const server = await start(() => fakeServer({ tools: ['one'] }));
    await router.publish('srv', { definition: MCP, urls: [server.url] });
    const client = await modernClient(router.url);
    await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
    await server.stop();
    const result = await client.callTool({ name: 'srv_one', arguments: {} });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain('tool/srv');
    expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1);
  });
});

it('a cursor that a server repeats ends the list, and the log says so', async () => {
  const warnings: string[] = [];
  const warn = (_fields: object, text: string) => void warnings.push(text);
  const log = Object.assign(Object.create(silent) as Logger, { warn });
  const router = await startRouter({ log });
  const server = await startLegacyServer(() => fakeServer({ tools: ['one'], repeatsCursor: true }));
  await router.publish('srv', { definition: MCP, urls: [server.url] });
  const client = await modernClient(router.url);
  await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
  expect(warnings).toContain('the server repeats a cursor: the list ends there');
});

it('a list that lacks a source is not to be kept, and when no source lists it is an error', async () => {
  const router = await startRouter({ firstListMs: 300 });
  const server = await startLegacyServer(() => fakeServer({ tools: ['one'] }));
  const gone = await startLegacyServer(() => fakeServer({}));
  await gone.stop();
  await router.publish('gone', { definition: MCP, urls: [gone.url] });
  const client = await modernClient(router.url);
  await becomesTrue('the error', async () => {
    await expect(client.listTools(undefined, FRESH)).rejects.toThrow(/No source of tools lists: tool\/gone/);
  });
  await router.publish('srv', { definition: MCP, urls: [server.url] });
  await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
  const raw = await client.request({ method: 'tools/list' }, Any);
  expect(raw).toMatchObject({ ttlMs: 0, _meta: { 'mcp-gateway/missing': ['tool/gone'] } });
  await expect(client.callTool({ name: 'gone_x', arguments: {} })).rejects.toThrow(/Unknown tool: gone_x.*tool\/gone/);
});
