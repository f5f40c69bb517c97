import { expect, it } from '@jest/globals';
import type { PublishedRoute, PublishedTool, PublishedToolset, ResourceRef } from '@mcp-gateway/common/contracts';
import { followRoutes, followTools, routeKeys, routePublisher, type ToolTable } from '@mcp-gateway/routing';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { becomesTrue } from '../support/wait.js';
import { route } from './support/routes.js';

const WEATHER: ResourceRef = { kind: 'tool', name: 'weather' };
const toolRoute = (more: Partial<PublishedRoute> = {}): PublishedRoute => ({
  ...route('weather'),
  kind: 'tool',
  ...more,
});
const definition = (description: string): PublishedTool => ({
  type: 'http',
  tool: { name: 'weather', description, inputSchema: { type: 'object' } },
  method: 'POST',
});
const version = (run: number, generation = 1) => ({ createdAt: new Date(1), generation, run });

async function setUp() {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  const publisher = routePublisher(redis, prefix);
  await publisher.publishAll([], 0);
  const tools = followTools(await connectRedis(), prefix, silent);
  afterTest(() => tools.close());
  await becomesTrue('the tools', () => expect(tools.isLoaded()).toBe(true));
  return { prefix, redis, publisher, tools };
}
function described(tools: ToolTable): string | undefined {
  const found = tools.definition(WEATHER);
  return found?.type === 'http' ? found.tool.description : undefined;
}

it('a definition is published, changed and withdrawn with the route of its tool', async () => {
  const { prefix, redis, publisher, tools } = await setUp();
  expect(await publisher.publish({ route: toolRoute(), definition: definition('one'), version: version(1) })).toBe(
    true,
  );
  await becomesTrue('the definition', () => expect(tools.definition(WEATHER)).toEqual(definition('one')));
  expect(tools.get(WEATHER)?.requiredRoles).toEqual(['team']);
  expect(tools.definition({ kind: 'adapter', name: 'weather' })).toBeUndefined();

  await publisher.publish({ route: toolRoute(), definition: definition('two'), version: version(2) });
  await becomesTrue('its change, of which the route has nothing', () => expect(described(tools)).toBe('two'));
  await publisher.withdraw(WEATHER, version(3));
  await becomesTrue('its end', () => expect(tools.get(WEATHER)).toBeUndefined());
  expect(tools.definition(WEATHER)).toBeUndefined();
  expect(await redis.exists(routeKeys(prefix).definitions)).toBe(0);
});

it('a toolset is published, changed and withdrawn as a tool is, and is none', async () => {
  const { publisher, tools } = await setUp();
  const ref: ResourceRef = { kind: 'toolset', name: 'support' };
  const toolset = (search: boolean): PublishedToolset => ({
    type: 'toolset',
    description: '',
    tools: [{ name: 'tickets_*' }, { name: 'find', source: { kind: 'tool', name: 'search' }, as: 'look-up' }],
    names: 'portable',
    search,
  });
  const supportRoute = { ...toolRoute(ref), endpoints: [] };
  await publisher.publish({ route: supportRoute, definition: toolset(false), version: version(1) });
  await becomesTrue('the toolset', () => expect(tools.toolset('support')).toEqual(toolset(false)));
  expect(tools.get(ref)?.endpoints).toEqual([]);
  expect(tools.definition(ref)).toBeUndefined();
  expect(tools.toolset('weather')).toBeUndefined();
  await publisher.publish({ route: supportRoute, definition: toolset(true), version: version(2) });
  await becomesTrue('its change', () => expect(tools.toolset('support')?.search).toBe(true));
  await publisher.withdraw(ref, version(3));
  await becomesTrue('its end', () => expect(tools.toolset('support')).toBeUndefined());
});

it('an overlapping run that began earlier does not bring an old definition back', async () => {
  const { publisher, tools } = await setUp();
  const [older, newer] = [await publisher.beginRun(), await publisher.beginRun()];
  await publisher.publish({ route: toolRoute(), definition: definition('two'), version: version(newer, 2) });
  const late = { route: toolRoute(), definition: definition('one'), version: version(older) };
  expect(await publisher.publish(late)).toBe(false);
  await publisher.publishAll([late], older);
  await tools.refresh(WEATHER);
  expect(described(tools)).toBe('two');
});

it('a full set has exactly its definitions, and tells the readers', async () => {
  const { prefix, redis, publisher, tools } = await setUp();
  const other = { ...toolRoute(), name: 'other' };
  await publisher.publish({ route: other, definition: definition('other'), version: version(1) });
  const run = await publisher.beginRun();
  await publisher.publishAll([{ route: toolRoute(), definition: definition('one'), version: version(run) }], run);
  await becomesTrue('the set', () => expect(described(tools)).toBe('one'));
  expect(tools.definition({ kind: 'tool', name: 'other' })).toBeUndefined();
  expect(await redis.hKeys(routeKeys(prefix).definitions)).toEqual(['tool/weather']);
});

it('a reader starts with all definitions, keeps them while Redis is empty, and leaves out what it cannot read', async () => {
  const { prefix, redis, publisher, tools } = await setUp();
  const other = { ...toolRoute(), name: 'other' };
  await publisher.publish({ route: toolRoute(), definition: definition('one'), version: version(1) });
  await publisher.publish({ route: other, definition: definition('two'), version: version(1) });
  await becomesTrue('both', () => expect(tools.definition({ ...WEATHER, name: 'other' })).toBeDefined());
  const keys = routeKeys(prefix);
  await redis.hSet(keys.definitions, 'tool/other', '{"type":"of a later version"}');
  const second = followTools(await connectRedis(), prefix, silent);
  afterTest(() => second.close());
  await becomesTrue('all', () => expect(described(second)).toBe('one'));
  expect(second.get({ ...WEATHER, name: 'other' })).toBeDefined();
  expect(second.definition({ ...WEATHER, name: 'other' })).toBeUndefined();

  await redis.del([keys.routes, keys.versions, keys.definitions, keys.complete]);
  await tools.refresh(WEATHER);
  expect(described(tools)).toBe('one');
});

it('data planes have the route of a tool and not its definition', async () => {
  const { prefix, publisher } = await setUp();
  await publisher.publish({ route: toolRoute(), definition: definition('one'), version: version(1) });
  const routes = followRoutes(await connectRedis(), prefix, silent);
  afterTest(() => routes.close());
  await becomesTrue('the route', () => expect(routes.get(WEATHER)).toBeDefined());
  expect(JSON.stringify(routes.get(WEATHER))).not.toContain('inputSchema');
});
