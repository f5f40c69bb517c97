import { beforeEach, describe, expect, it } from '@jest/globals';
import { ToolSpec } from '@mcp-gateway/common/contracts';
import { adapterRows, toolRows, type AdapterRows, type ToolRow, type ToolRows } from '@mcp-gateway/database';
import { connect, freshDatabase } from '../support/postgres.js';
import { create, ready, replica, spec } from './specs.js';

const toolSpec = (name: string, replicaCount = 1): ToolSpec =>
  ToolSpec.parse({
    name,
    imageName: 'tool-example',
    imageVersion: '1.0.0',
    replicaCount,
    toolDefinition: { tool: { name, inputSchema: { type: 'object' } } },
  });
const createTool = async (wanted: ToolSpec, createdBy: string) => (await tools.create(wanted, createdBy)) as ToolRow;

const ADMIN = { subject: 'root', roles: [], isAdmin: true };

let adapters: AdapterRows;
let tools: ToolRows;

beforeEach(async () => {
  const database = connect(await freshDatabase());
  adapters = adapterRows(database);
  tools = toolRows(database);
});

describe('two kinds with a resource of the same name', () => {
  it('have a row each, which says its kind', async () => {
    const adapter = await create(adapters, spec('echo'), 'alice');
    const tool = await createTool(toolSpec('echo', 2), 'bob');
    expect([adapter.kind, tool.kind]).toEqual(['adapter', 'tool']);
    expect(await adapters.find('echo')).toEqual(adapter);
    expect(await tools.find('echo')).toEqual(tool);
    expect(await adapters.list(ADMIN, { limit: 10 })).toEqual([adapter]);
    expect(await tools.list(ADMIN, { limit: 10 })).toEqual([tool]);
  });

  it('change, are reconciled and are deleted independently', async () => {
    const adapter = await create(adapters, spec('echo'), 'alice');
    const tool = await createTool(toolSpec('echo'), 'alice');
    await tools.update(tool, toolSpec('echo', 3));
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
    const tool = await createTool(toolSpec('echo'), 'alice');
    expect(await tools.update(adapter, toolSpec('echo', 3))).toBeNull();
    expect(await tools.saveConditions(adapter, [ready])).toBe(false);
    expect(await tools.markDeleted(adapter)).toBe(false);
    expect(await tools.find('echo')).toEqual(tool);
  });
});
