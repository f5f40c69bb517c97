import { expect, it } from '@jest/globals';
import { adapterRef, AdapterSpec, ToolsetSpec, ToolSpec } from '@mcp-gateway/common/contracts';
import { adapterRows, countResources, toolRows, toolsetRows, type AdapterRows } from '@mcp-gateway/database';
import { followRoutes, followTools, routeKeys } from '@mcp-gateway/routing';
import { afterTest } from '../support/clean-up.js';
import { connect, freshDatabase, silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { becomesTrue } from '../support/wait.js';
import { FakeRuntime } from './support/fake-runtime.js';
import { adapterKind, composeWorker, toolKind, toolsetKind } from './support/sources.js';

async function setUp(own?: AdapterRows) {
  const prefix = freshPrefix();
  const [redis, observer] = [await connectRedis(), await connectRedis()];
  const database = connect(await freshDatabase());
  const fake = new FakeRuntime();
  const rows = own ?? adapterRows(database);
  const connections = async () => (await observer.clientList()).length;
  const before = await connections();
  const parts = {
    kinds: [
      adapterKind(rows),
      ...(own ? [] : [toolKind(toolRows(database), rows), toolsetKind(toolsetRows(database))]),
    ],
    countResources: () => countResources(database),
    runtime: fake,
    redis,
    prefix,
    log: silent,
  };
  const worker = composeWorker(parts);
  return { prefix, rows, database, fake, worker, connections, before, observer };
}

it('reconciles a row from its job to the published route, and publishes what its runtime reports', async () => {
  const { prefix, rows, fake, worker, observer } = await setUp();
  afterTest(() => worker.close());
  const table = followRoutes(observer, prefix, silent);
  afterTest(() => table.close());
  await rows.create(AdapterSpec.parse({ name: 'echo', imageName: 'mcp-example', imageVersion: '1.0.0' }), 'alice');
  await worker.queue.reconcile(adapterRef('echo'));
  await becomesTrue('the route', () =>
    expect(table.get(adapterRef('echo'))?.endpoints).toMatchObject([{ ready: false }]),
  );
  fake.pass();
  fake.watcher?.changed(adapterRef('echo'));
  await becomesTrue('the endpoint', () =>
    expect(table.get(adapterRef('echo'))?.endpoints).toMatchObject([{ ready: true }]),
  );
  await becomesTrue('the status', async () => expect(await rows.find('echo')).toMatchObject({ phase: 'Ready' }));
});

it('reconciles a tool to a route of its kind, with the port and the path of its definition, and publishes the definition', async () => {
  const { prefix, database, fake, worker, observer } = await setUp();
  afterTest(() => worker.close());
  const table = followTools(observer, prefix, silent);
  afterTest(() => table.close());
  const rows = toolRows(database);
  const definition = { tool: { name: 'weather', inputSchema: { type: 'object' } }, port: 9000, path: '/v1/score' };
  const spec = { name: 'weather', imageName: 'weather-tool', imageVersion: '1.0.0', requiredRoles: ['team'] };
  await rows.create(ToolSpec.parse({ ...spec, toolDefinition: definition }), 'alice');
  const ref = { kind: 'tool', name: 'weather' } as const;
  await worker.queue.reconcile(ref);
  await becomesTrue('the route', () =>
    expect(table.get(ref)).toMatchObject({
      ...ref,
      requiredRoles: ['team'],
      affinity: 'none',
      endpoints: [{ path: '/v1/score' }],
    }),
  );
  expect(fake.running.get('weather')?.workload).toMatchObject({ ...ref, port: 9000, path: '/v1/score' });
  expect(table.definition(ref)).toEqual({ type: 'http', tool: definition.tool, method: 'POST' });
  expect(table.get(adapterRef('weather'))).toBeUndefined();
  fake.pass();
  fake.watcher?.changed(ref);
  await becomesTrue('the status', async () => expect(await rows.find('weather')).toMatchObject({ phase: 'Ready' }));
  const row = await rows.find('weather');
  if (row) await rows.markDeleted(row);
  await becomesTrue('the end', async () => {
    await worker.queue.reconcile(ref);
    fake.pass();
    expect(await rows.find('weather')).toBeNull();
  });
  expect(table.get(ref)).toBeUndefined();
});

it('publishes what a tool takes from an adapter, without replicas, and says whether the adapter is there', async () => {
  const { prefix, database, rows, fake, worker, observer } = await setUp();
  afterTest(() => worker.close());
  const table = followTools(observer, prefix, silent);
  afterTest(() => table.close());
  const tools = toolRows(database);
  const source = { type: 'adapter', adapter: 'crm', tools: ['get_*'], prefix: 'crm_' };
  await tools.create(ToolSpec.parse({ name: 'crm-reader', source, replicaCount: 0, requiredRoles: ['team'] }), 'alice');
  const ref = { kind: 'tool', name: 'crm-reader' } as const;
  await worker.queue.reconcile(ref);
  await becomesTrue('the route', () =>
    expect(table.get(ref)).toMatchObject({ ...ref, requiredRoles: ['team'], endpoints: [] }),
  );
  expect(table.definition(ref)).toEqual(source);
  await becomesTrue('the status', async () =>
    expect(await tools.find('crm-reader')).toMatchObject({
      phase: 'Failed',
      conditions: [{ type: 'Ready', reason: 'AdapterNotFound' }],
    }),
  );
  await rows.create(AdapterSpec.parse({ name: 'crm', imageName: 'crm', imageVersion: '1' }), 'alice');
  await worker.queue.reconcile(ref);
  await becomesTrue('the status', async () =>
    expect(await tools.find('crm-reader')).toMatchObject({ phase: 'Ready', conditions: [{ reason: 'AdapterFound' }] }),
  );
  expect(fake.running.has('crm-reader')).toBe(false);
});

it('publishes the operations of an OpenAPI document with the route of its server', async () => {
  const { prefix, database, worker, observer } = await setUp();
  afterTest(() => worker.close());
  const table = followTools(observer, prefix, silent);
  afterTest(() => table.close());
  const responses = { 200: { description: 'fine' } };
  const document = {
    openapi: '3.1.1',
    info: { title: 'Pets', version: '1' },
    servers: [{ url: '/api' }],
    paths: { '/pets': { get: { operationId: 'listPets', responses } } },
  };
  const source = { type: 'openapi', document, operations: ['listPets'], port: 9000 };
  const spec = { name: 'pets', imageName: 'pets', imageVersion: '1', upstreamAuth: { credential: 'pets' }, source };
  await toolRows(database).create(ToolSpec.parse(spec), 'alice');
  const ref = { kind: 'tool', name: 'pets' } as const;
  await worker.queue.reconcile(ref);
  await becomesTrue('the definition', () =>
    expect(table.definition(ref)).toMatchObject({
      type: 'openapi',
      operations: [{ tool: { name: 'listPets' }, plan: { method: 'GET', path: '/api/pets' } }],
    }),
  );
  expect(table.get(ref)).toMatchObject({ affinity: 'none', upstreamAuth: { credential: 'pets' } });
});

it('publishes a toolset without a runtime, restores it when Redis comes back empty, and withdraws it', async () => {
  const { prefix, database, fake, worker, observer } = await setUp();
  afterTest(() => worker.close());
  const table = followTools(observer, prefix, silent);
  afterTest(() => table.close());
  const rows = toolsetRows(database);
  const ref = { kind: 'toolset', name: 'support' } as const;
  const audit = { arguments: { tools: ['tickets_close'], redact: [] } };
  const spec = ToolsetSpec.parse({ name: 'support', tools: [{ name: 'tickets_*' }], requiredRoles: ['team'], audit });
  await rows.create(spec, 'alice', 'acme');
  await worker.queue.reconcile(ref);
  const isPublished = () => {
    expect(table.get(ref)).toMatchObject({
      ...ref,
      createdBy: 'alice',
      tenant: 'acme',
      requiredRoles: ['team'],
      affinity: 'session',
      endpoints: [],
      audit,
    });
    expect(table.toolset('support')).toEqual({
      type: 'toolset',
      description: '',
      tools: [{ name: 'tickets_*' }],
      names: 'portable',
      search: false,
    });
  };
  await becomesTrue('the toolset', isPublished);
  await becomesTrue('the status', async () =>
    expect(await rows.find('support')).toMatchObject({
      phase: 'Ready',
      observedGeneration: 1,
      conditions: [{ type: 'Ready', reason: 'Published', message: 'The toolset is published to tool routers.' }],
      replicas: [],
    }),
  );
  expect(fake.running.get('support')).toBeUndefined();
  const { routes, definitions, complete } = routeKeys(prefix);
  await observer.del([routes, definitions, complete]);
  await becomesTrue('the restored set', async () =>
    expect(await observer.hKeys(definitions)).toEqual(['toolset/support']),
  );
  await becomesTrue('the toolset again', isPublished);
  const row = await rows.find('support');
  if (row) await rows.markDeleted(row);
  await worker.queue.reconcile(ref);
  await becomesTrue('the end', async () => expect(await rows.find('support')).toBeNull());
  expect(await observer.hKeys(definitions)).toEqual([]);
  await becomesTrue('the withdrawal', () => expect(table.get(ref)).toBeUndefined());
});

/** A PostgreSQL pool has timers of its own. */
const NO_ROWS = {
  find: async () => null,
  names: async () => [],
  lagging: async () => [],
} as unknown as AdapterRows;

it('leaves no connection, watch or timer when it is closed', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const { fake, worker, connections, before } = await setUp(NO_ROWS);
  const timersBefore = timers();
  await becomesTrue('the worker to be connected', async () => expect(await connections()).toBeGreaterThan(before));
  await becomesTrue('the watch', () => expect(fake.watching).toBeDefined());
  await worker.close();
  expect(fake.watching?.aborted).toBe(true);
  await becomesTrue('its connections to end', async () => expect(await connections()).toBe(before));
  expect(timers()).toBeLessThanOrEqual(timersBefore);
});
