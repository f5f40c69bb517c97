import { expect, it } from '@jest/globals';
import { TenantBody, ToolsetSpec, ToolSpec } from '@mcp-gateway/common/contracts';
import { adapterRows, countResources, tenantRows, toolRows, toolsetRows } from '@mcp-gateway/database';
import { connect, freshDatabase } from '../support/postgres.js';
import { create, spec } from './specs.js';

it('counts the resources of each kind by phase, with deleted ones as a phase, and those that wait for a reconcile', async () => {
  const database = connect(await freshDatabase());
  const rows = adapterRows(database);
  expect(await countResources(database)).toEqual([]);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await create(rows, spec(name), 'alice');
  const row = async (name: string) => (await rows.find(name)) as NonNullable<Awaited<ReturnType<typeof rows.find>>>;
  for (const name of ['a', 'b', 'c']) {
    await rows.saveStatus(await row(name), { phase: 'Ready', conditions: [], replicas: [] });
  }
  await rows.update(await row('b'), spec('b'));
  await rows.markDeleted(await row('c'));
  await toolRows(database).create(tool('a'), 'alice');
  await toolsetRows(database).create(toolset('a'), 'alice');
  const keyOf = ({ kind, phase }: { kind: string; phase: string }) => `${kind} ${phase}`;
  const counts = (await countResources(database)).toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)));
  expect(counts).toEqual([
    { kind: 'adapter', phase: 'Deleting', resources: 1, lagging: 1 },
    { kind: 'adapter', phase: 'Pending', resources: 2, lagging: 2 },
    { kind: 'adapter', phase: 'Ready', resources: 2, lagging: 1 },
    { kind: 'tool', phase: 'Pending', resources: 1, lagging: 1 },
    { kind: 'toolset', phase: 'Pending', resources: 1, lagging: 1 },
  ]);
});

it('counts what a tenant has in all kinds with replicas, and what it has beside the resource that is written', async () => {
  const database = connect(await freshDatabase());
  const [adapters, tools, tenants] = [adapterRows(database), toolRows(database), tenantRows(database)];
  await create(adapters, spec('a', { replicaCount: 2 }), 'alice');
  await tools.create(tool('a', 3), 'alice');
  await tools.create(tool('b', 5), 'alice', 'other');
  await toolsetRows(database).create(toolset('c'), 'alice');
  expect(await tenants.useOf('default')).toEqual({ resources: 2, replicas: 5, toolsets: 1 });
  expect(await tenants.useOf('other')).toEqual({ resources: 1, replicas: 5, toolsets: 0 });
  const seen: unknown[] = [];
  const row = await tools.find('a');
  if (row) await tools.update(row, tool('a', 4), (others) => void seen.push(others));
  await adapters.create(spec('c'), 'alice', 'default', (others) => void seen.push(others));
  expect(seen).toEqual([
    { resources: 1, replicas: 2, toolsets: 1 },
    { resources: 2, replicas: 6, toolsets: 1 },
  ]);
});

it('keeps a tenant to which only a toolset belongs', async () => {
  const database = connect(await freshDatabase());
  const tenants = tenantRows(database);
  await tenants.create(TenantBody.parse({ id: 'acme' }));
  await toolsetRows(database).create(toolset('a'), 'alice', 'acme');
  expect(await tenants.remove('acme')).toBe('used');
});

it('keeps a tenant to which only a tool belongs', async () => {
  const database = connect(await freshDatabase());
  const [tools, tenants] = [toolRows(database), tenantRows(database)];
  await tenants.create(TenantBody.parse({ id: 'acme' }));
  await tools.create(tool('a'), 'alice', 'acme');
  expect(await tenants.remove('acme')).toBe('used');
  const row = await tools.find('a');
  if (row) await tools.markDeleted(row).then(() => tools.purge(row));
  expect(await tenants.remove('acme')).toBe('removed');
});

const toolset = (name: string) => ToolsetSpec.parse({ name, tools: [] });
const tool = (name: string, replicaCount = 1): ToolSpec =>
  ToolSpec.parse({
    name,
    imageName: 'tool-example',
    imageVersion: '1.0.0',
    replicaCount,
    toolDefinition: { tool: { name, inputSchema: { type: 'object' } } },
  });
