import { expect, it } from '@jest/globals';
import { Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { becomesTrue } from '../support/wait.js';
import { legacyClient, modernClient, principal, startRouter, textOf } from './support/router.js';
import { httpTool, MCP, startHttpTool, startModernServer } from './support/servers.js';

const FRESH = { cacheMode: 'refresh' } as const;
const Any = z.looseObject({});
const inputSchema = { type: 'object' as const };
const described = (name: string) => ({ name, description: `The tool ${name}.`, inputSchema });

/** A server whose tools say its name and their own. */
function server(of: string, names: readonly string[]): Server {
  const made = new Server({ name: of, version: '1' }, { capabilities: { tools: {} } });
  made.setRequestHandler('tools/list', { params: Any }, async () => ({ tools: names.map(described) }));
  made.setRequestHandler('tools/call', { params: Any }, async ({ name, arguments: given }) => ({
    content: [{ type: 'text', text: `${of}: ${String(name)} ${JSON.stringify(given)}` }],
  }));
  return made;
}

const [support, sales, both] = [
  principal('sue', 'support'),
  principal('sam', 'sales'),
  principal('bo', 'support', 'sales'),
];

/** Two MCP servers, of which one is for support only, and an HTTP tool. */
async function setUp() {
  const router = await startRouter();
  const tickets = await startModernServer(() => server('tickets', ['close', 'find', 'dir.read', 'dir read']));
  const search = await startModernServer(() => server('search', ['find', 'index']));
  const weather = await startHttpTool((_, res) => res.end('sunny'));
  const shared = { requiredRoles: ['support', 'sales'] };
  await router.publish('tickets', { definition: MCP, urls: [tickets.url], route: { requiredRoles: ['support'] } });
  await router.publish('search', { definition: MCP, urls: [search.url], route: shared });
  await router.publish('weather', { definition: httpTool('weather'), urls: [weather.url], route: shared });
  const all = await modernClient(router.url, both);
  await becomesTrue('all tools', async () => expect((await all.listTools(undefined, FRESH)).tools).toHaveLength(7));
  const at = (toolset: string) => `${router.url}/t/${toolset}`;
  const open = async (toolset: string, caller = both) => {
    const client = await modernClient(at(toolset), caller);
    const names = async () => (await client.listTools(undefined, FRESH)).tools.map(({ name }) => name);
    const says = async (name: string, args = {}) => textOf(await client.callTool({ name, arguments: args }));
    return { client, names, says };
  };
  return { router, at, open };
}

it('two toolsets with different roles show different lists, and each caller what that caller may use', async () => {
  const { router, at, open } = await setUp();
  await router.publishToolset('help', {
    tools: [{ name: 'tickets_*' }, { name: 'weather' }],
    requiredRoles: ['support'],
  });
  await router.publishToolset('offers', { tools: [{ name: '*' }], requiredRoles: ['sales'] });
  const [ofBoth, ofSales, notTheirs] = [await open('help'), await open('offers', sales), await open('help', sales)];
  await becomesTrue('the first', async () =>
    expect(await ofBoth.names()).toEqual([
      'tickets_close',
      expect.stringMatching(/^tickets_dir_read_[0-9a-f]{6}$/),
      expect.stringMatching(/^tickets_dir_read_[0-9a-f]{6}$/),
      'tickets_find',
      'weather',
    ]),
  );
  await becomesTrue('the second', async () =>
    expect(await ofSales.names()).toEqual(['search_find', 'search_index', 'weather']),
  );
  expect(await notTheirs.names()).toEqual([]);
  expect(await (await open('missing')).names()).toEqual([]);
  await expect(notTheirs.says('weather')).rejects.toThrow('Unknown tool: weather');
  await expect(ofSales.says('tickets_find')).rejects.toThrow('Unknown tool: tickets_find');
  await expect(ofBoth.says('search_find')).rejects.toThrow('Unknown tool: search_find');
  const legacy = await legacyClient(at('offers'), sales);
  expect((await legacy.client.listTools()).tools.map(({ name }) => name)).toEqual(await ofSales.names());
});

it('a tool under another name, with another description, is called on its server', async () => {
  const { router, at, open } = await setUp();
  await router.publishToolset('help', {
    title: 'Help',
    description: 'Close tickets only when asked to.',
    tools: [
      { name: 'search_find', as: 'find', description: 'Finds articles.' },
      { name: 'tickets_find', as: 'search_find' },
      { name: '*_find', source: { kind: 'tool', name: 'tickets' } },
    ],
    requiredRoles: ['support'],
  });
  const { client, names, says } = await open('help', both);
  await becomesTrue('the tools', async () => expect(await names()).toEqual(['find', 'search_find']));
  expect((await client.listTools(undefined, FRESH)).tools[0]).toMatchObject({ description: 'Finds articles.' });
  expect(await says('find', { q: 1 })).toBe('search: find {"q":1}');
  expect(await says('search_find')).toBe('tickets: find {}');
  await expect(says('tickets_find')).rejects.toThrow('Unknown tool');
  const legacy = await legacyClient(at('help'), support);
  expect(legacy.client.getInstructions()).toBe('Close tickets only when asked to.');
  expect(legacy.client.getServerVersion()).toMatchObject({ name: 'mcp-gateway', title: 'Help' });
  expect(textOf(await legacy.client.callTool({ name: 'find', arguments: {} }))).toBe('search: find {}');
});

it('tools whose names look alike once they are altered stay two, and a toolset may keep their dots', async () => {
  const { router, open } = await setUp();
  await router.publishToolset('dots', { names: 'mcp', tools: [{ name: 'tickets_dir*' }], requiredRoles: ['support'] });
  const { names, says } = await open('dots');
  await becomesTrue('the tools', async () =>
    expect(await names()).toEqual(['tickets_dir.read', expect.stringMatching(/^tickets_dir_read_[0-9a-f]{6}$/)]),
  );
  const [dotted = '', spaced = ''] = await names();
  expect(await says(dotted)).toBe('tickets: dir.read {}');
  expect(await says(spaced)).toBe('tickets: dir read {}');
});

it('no source takes the names of another with its prefix, and each call reaches the server that the name says', async () => {
  const { router, open } = await setUp();
  const imitation = await startModernServer(() => server('imitation', ['find', 'weather', 'own']));
  const definition = { type: 'mcp', prefix: 'search_' } as const;
  await router.publish('aaa', { definition, urls: [imitation.url], route: { requiredRoles: ['sales'] } });
  await router.publishToolset('offers', { tools: [{ name: '*' }], requiredRoles: ['sales'] });
  const { names, says } = await open('offers', sales);
  await becomesTrue('the tools', async () =>
    expect(await names()).toEqual(['aaa_find', 'aaa_own', 'aaa_weather', 'search_find', 'search_index', 'weather']),
  );
  expect(await says('search_find')).toBe('search: find {}');
  expect(await says('aaa_find')).toBe('imitation: find {}');
  expect(await says('aaa_own')).toBe('imitation: own {}');
});

it('a search stands in place of the list, and finds and calls only what the caller may use', async () => {
  const { router, at, open } = await setUp();
  await router.publishToolset('big', { search: true, tools: [{ name: '*' }], requiredRoles: ['support', 'sales'] });
  const { client, names, says } = await open('big', sales);
  await becomesTrue('the search', async () => expect(await names()).toEqual(['call_tool', 'find_tools']));
  const found = async (query: string) => {
    const { structuredContent } = await client.callTool({ name: 'find_tools', arguments: { query } });
    return ((structuredContent as { tools?: { name: string }[] } | undefined)?.tools ?? []).map(({ name }) => name);
  };
  await becomesTrue('the tools', async () => expect(await found('find')).toEqual(['search_find']));
  expect(await found('close a ticket')).toEqual([]);
  expect(await says('call_tool', { name: 'search_find', arguments: { q: 'x' } })).toBe('search: find {"q":"x"}');
  await expect(says('call_tool', { name: 'tickets_close' })).rejects.toThrow('Unknown tool: tickets_close');
  expect(await says('find_tools', { query: 'find', limit: 99 })).toContain('arguments.limit must be <= 25');
  expect(await says('call_tool', { arguments: {} })).toContain('arguments.name is required');
  const legacy = await legacyClient(at('big'), support);
  const { structuredContent } = await legacy.client.callTool({ name: 'find_tools', arguments: { query: 'close' } });
  expect(structuredContent).toMatchObject({ tools: [{ name: 'tickets_close', inputSchema }], more: 0 });
});

it('a client hears once that its toolset has changed, and nothing of another one', async () => {
  const { router, at } = await setUp();
  await router.publishToolset('help', { tools: [{ name: 'weather' }], requiredRoles: ['support'] });
  const { client } = await legacyClient(at('help'), support);
  await becomesTrue('the tool', async () => expect((await client.listTools()).tools).toHaveLength(1));
  let told = 0;
  client.setNotificationHandler(
    (await import('@modelcontextprotocol/sdk/types.js')).ToolListChangedNotificationSchema,
    () => void (told += 1),
  );
  await router.publishToolset('other', { tools: [{ name: '*' }], requiredRoles: ['support'] });
  await router.publishToolset('help', {
    tools: [{ name: 'weather', description: 'Rain or sun.' }],
    requiredRoles: ['support'],
  });
  await becomesTrue('the change', () => expect(told).toBe(1));
  expect((await client.listTools()).tools).toMatchObject([{ description: 'Rain or sun.' }]);
  await router.publishToolset('help', { tools: [{ name: 'weather' }], requiredRoles: ['sales'] });
  await becomesTrue('the end of the permission', async () => expect((await client.listTools()).tools).toEqual([]));
});
