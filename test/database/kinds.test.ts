import { beforeEach, describe, expect, it } from '@jest/globals';
import { AdapterSpec } from '@mcp-gateway/common/contracts';
import { adapterRows, resourceRows, type AdapterRows, type ResourceTable } from '@mcp-gateway/database';
import { connect, freshDatabase } from '../support/postgres.js';
import { create, ready, replica, spec } from './specs.js';

const TOOLS: ResourceTable<AdapterSpec> = { kind: 'tool', name: 'tools', storedSpec: AdapterSpec.strip() };
const ADMIN = { subject: 'root', roles: [], isAdmin: true };

let adapters: AdapterRows;
let tools: AdapterRows;

beforeEach(async () => {
  const database = connect(await freshDatabase());
  await database.$executeRaw`CREATE TABLE tools (LIKE adapters INCLUDING ALL)`;
  adapters = adapterRows(database);
  tools = resourceRows(database, TOOLS);
});

describe('two kinds with a resource of the same name', () => {
  it('have a row each, which says its kind', async () => {
    const adapter = await create(adapters, spec('echo'), 'alice');
    const tool = await create(tools, spec('echo', { replicaCount: 2 }), 'bob');
    expect([adapter.kind, tool.kind]).toEqual(['adapter', 'tool']);
    expect(await adapters.find('echo')).toEqual(adapter);
    expect(await tools.find('echo')).toEqual(tool);
    expect(await adapters.list(ADMIN, { limit: 10 })).toEqual([adapter]);
    expect(await tools.list(ADMIN, { limit: 10 })).toEqual([tool]);
  });

  it('change, are reconciled and are deleted independently', async () => {
    const adapter = await create(adapters, spec('echo'), 'alice');
    const tool = await create(tools, spec('echo'), 'alice');
    await tools.update(tool, spec('echo', { replicaCount: 3 }));
    expect(await adapters.find('echo')).toEqual(adapter);
    await adapters.saveStatus(adapter, { phase: 'Ready', conditions: [ready], replicas: [replica] });
    expect(await adapters.lagging(10)).toEqual([]);
    expect(await tools.lagging(10)).toEqual(['echo']);
    await adapters.markDeleted(adapter);
    expect(await adapters.purge(adapter)).toBe(true);
    expect(await adapters.names()).toEqual([]);
    expect(await tools.names()).toEqual(['echo']);
  });

  it('ignore the id of the other resource', async () => {
    const adapter = await create(adapters, spec('echo'), 'alice');
    const tool = await create(tools, spec('echo'), 'alice');
    expect(await tools.update(adapter, spec('echo', { replicaCount: 3 }))).toBeNull();
    expect(await tools.saveConditions(adapter, [ready])).toBe(false);
    expect(await tools.markDeleted(adapter)).toBe(false);
    expect(await tools.find('echo')).toEqual(tool);
  });
});
