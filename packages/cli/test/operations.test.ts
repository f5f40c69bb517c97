import { describe, expect, it } from '@jest/globals';
import { operations, type OperationId } from '@mcp-gateway/client';
import { mcpGateway } from './support/run.js';

const QUOTA = '--set requests.hour=5';

/** The command line that reaches each operation of the API. An operation without one fails the test. */
const COMMANDS: Partial<Record<OperationId, string>> = {
  listAdapters: 'adapters list',
  createAdapter: 'adapters create a --image i:1',
  getAdapter: 'adapters get a',
  replaceAdapter: 'adapters update a --replicas 2',
  deleteAdapter: 'adapters delete a',
  getAdapterStatus: 'status a',
  getAdapterLogs: 'logs a',
  listTools: 'tools list',
  createTool: 'tools create a --set imageName=i',
  getTool: 'tools get a',
  replaceTool: 'tools update a --set replicaCount=2',
  deleteTool: 'tools delete a',
  getToolStatus: 'status tool/a',
  getToolLogs: 'logs tool/a',
  listToolsets: 'toolsets list',
  createToolset: 'toolsets create a',
  getToolset: 'toolsets get a',
  replaceToolset: 'toolsets update a --set search=true',
  deleteToolset: 'toolsets delete a',
  getToolsetStatus: 'status toolset/a',
  listTenants: 'tenants list',
  createTenant: 'tenants create a',
  getTenant: 'tenants get a',
  replaceTenant: 'tenants update a --set displayName=A',
  deleteTenant: 'tenants delete a',
  getQuota: 'quota get a',
  replaceQuota: `quota update a ${QUOTA}`,
  listSessions: 'sessions list a',
  endSession: 'sessions delete a 1',
  listApiKeys: 'api-keys list',
  createApiKey: 'api-keys create a',
  getApiKey: 'api-keys get a',
  revokeApiKey: 'api-keys delete a',
  listAuditRecords: 'audit list',
  exportAuditRecords: 'audit export',
  explainPermission: 'explain a',
  postMcpMessage: 'call a',
  streamEvents: 'events',
  getRegistry: 'registry url',
  listRegistryServers: 'registry list',
  listRegistryServerVersions: 'registry versions a',
  getRegistryServerVersion: 'registry get a 1',
  listDefinitionChanges: 'definitions list a',
  approveDefinitions: 'definitions approve a tool/find=9f86',
};

/** MCP clients send these while `call` and `connect` run; the tests of those commands show them. */
const OF_MCP_CLIENTS = Object.entries(operations)
  .filter(([, { tag }]) => tag === 'mcp')
  .map(([id]) => id);

/** The requests of a command line, at a gateway whose answers have nothing in them. */
async function requestsOf(line: string): Promise<string[]> {
  const requests: string[] = [];
  const fetch = async (input: unknown) => {
    const { method, url } = input as Request;
    const { pathname } = new URL(url);
    requests.push(`${method} ${pathname}`);
    if (pathname === '/events') return Response.json({ code: 'UNAVAILABLE', title: 'Away' }, { status: 500 });
    if (/\/(logs|export)$/.test(pathname)) return new Response('', { headers: { 'content-type': 'text/plain' } });
    const isList =
      /^\/(adapters|tools|toolsets|tenants|api-keys|audit)$|\/sessions$/.test(pathname) && method === 'GET';
    return Response.json(
      isList
        ? []
        : { phase: 'Ready', conditions: [], policies: [], servers: [], metadata: {}, changes: [], limits: {}, use: {} },
    );
  };
  await mcpGateway(line.split(' '), { fetch });
  return requests;
}

describe('the command line', () => {
  it('has a command for each operation of the API', () => {
    const missing = Object.keys(operations).filter((id) => !(id in COMMANDS) && !OF_MCP_CLIENTS.includes(id));
    expect(missing).toEqual([]);
  });

  it.each(Object.entries(COMMANDS))('reaches %s with: mcp-gateway %s', async (id, line) => {
    const { method, path } = operations[id as OperationId];
    const expected = `${method.toUpperCase()} ${path
      .replaceAll(/\{name\}/g, 'a')
      .replace('/a/sessions/{id}', '/a/sessions/1')
      .replace('{id}', 'a')
      .replace('{server}', 'a')
      .replace('{version}', '1')}`;
    expect(await requestsOf(line)).toContain(expected);
  });
});
