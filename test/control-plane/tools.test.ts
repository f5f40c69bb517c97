import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { toolRows } from '@mcp-gateway/database';
import { caller, problem, type Caller } from './support/callers.js';
import { specOf, startControlPlane, toolOf, weatherTool, type ControlPlane } from './support/control-plane.js';

let plane: ControlPlane;
let alice: Caller;
let root: Caller;
beforeEach(async () => {
  plane = await startControlPlane();
  alice = caller(plane.url, 'alice');
  root = caller(plane.url, 'root', 'mcp.admin');
});
const post = (body: unknown, who = alice) => who.call('POST', '/tools', body);

describe('the requests of scripts for microsoft/mcp-gateway', () => {
  it('register, read, list, change and remove a tool', async () => {
    const created = await post(weatherTool());
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('/tools/weather');
    expect(created.json).toMatchObject({
      ...weatherTool(),
      id: expect.any(String) as unknown,
      createdBy: 'alice',
      createdAt: expect.any(String) as unknown,
      lastUpdatedAt: expect.any(String) as unknown,
    });
    expect(plane.hints).toEqual(['weather']);
    expect((await alice.get('/tools/weather')).json).toEqual(created.json);
    expect((await alice.get('/tools')).json).toEqual([created.json]);

    const changed = await alice.call('PUT', '/tools/weather', weatherTool({ replicaCount: 2 }));
    expect(changed).toMatchObject({ status: 200, json: { replicaCount: 2, generation: 2 } });
    expect(await alice.call('PUT', '/tools/weather', toolOf('other'))).toMatchObject({ status: 400 });
    expect((await alice.call('DELETE', '/tools/weather')).status).toBe(204);
    expect((await alice.get('/tools/weather')).json).toEqual(
      problem(404, 'TOOL_NOT_FOUND', 'There is no such tool', {
        detail: 'none has this name, or you may not use it; GET /tools lists those that you may use',
      }),
    );
  });

  it('may spell the names of fields in any case', async () => {
    const { name, imageName, imageVersion, toolDefinition } = weatherTool();
    const { tool, ...rest } = toolDefinition;
    const { inputSchema, ...described } = tool;
    const body = { Name: name, IMAGENAME: imageName, ImageVersion: imageVersion };
    const created = await post({
      ...body,
      ToolDefinition: { Tool: { ...described, InputSchema: inputSchema }, ...rest },
    });
    expect(created).toMatchObject({ status: 201, json: { toolDefinition } });
  });

  it('read status and logs', async () => {
    const { json } = await post(weatherTool());
    expect((await alice.get('/tools/weather/status')).json).toMatchObject({
      phase: 'Pending',
      readyReplicas: 0,
      updatedReplicas: 0,
      availableReplicas: 0,
      image: 'weather-tool:1.0.0',
      replicaStatus: '0 of 1 replicas ready',
    });
    expect((await alice.get('/tools/weather/logs?instance=0')).text).toContain('has not written anything yet');
    await mkdir(join(plane.logs, `tool.weather.${json.id}`));
    await writeFile(join(plane.logs, `tool.weather.${json.id}`, '0.log'), 'it rains\n');
    expect((await alice.get('/tools/weather/logs?instance=0')).text).toBe('it rains\n');
  });
});

describe('the permission rule for tools', () => {
  it('is that of adapters', async () => {
    await post(weatherTool());
    const reader = caller(plane.url, 'bob', 'Weather.Users');
    const stranger = caller(plane.url, 'eve', 'other');
    expect((await reader.get('/tools/weather')).status).toBe(200);
    expect((await reader.call('PUT', '/tools/weather', weatherTool())).status).toBe(403);
    expect((await stranger.get('/tools/weather')).status).toBe(404);
    expect((await stranger.get('/tools')).json).toEqual([]);
    expect((await post(weatherTool(), stranger)).json).toMatchObject({ status: 409, code: 'TOOL_EXISTS' });
    expect((await root.call('DELETE', '/tools/weather')).status).toBe(204);
  });

  it('is explained', async () => {
    await post(weatherTool());
    const explain = (who: Caller, kind = 'tool') => who.get(`/permissions/explain?resource=${kind}/weather`);
    expect((await explain(alice)).json).toMatchObject({
      resource: 'tool/weather',
      allowed: true,
      rule: 'creator',
      reason: 'the caller has registered the tool',
      policies: [],
    });
    expect((await explain(caller(plane.url, 'eve'))).json).toMatchObject({ code: 'TOOL_NOT_FOUND' });
    expect((await explain(alice, 'adapter')).json).toMatchObject({ code: 'ADAPTER_NOT_FOUND' });
    expect((await explain(alice, 'toolbox')).json).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('asks for the role of workload identities', async () => {
    const { url } = await startControlPlane({ mayUseWorkloadIdentity: ({ subject }) => subject === 'root' });
    const identified = weatherTool({ useWorkloadIdentity: true });
    expect(await caller(url, 'alice').call('POST', '/tools', identified)).toMatchObject({
      status: 403,
      json: { code: 'FORBIDDEN' },
    });
    expect((await caller(url, 'root').call('POST', '/tools', identified)).status).toBe(201);
  });
});

it('refuses a schema that is none, and says where', async () => {
  const inputSchema = { type: 'object', properties: { location: { $ref: 'https://evil.example/schema' } } };
  const { status, json } = await post(weatherTool({}, { inputSchema, outputSchema: { type: 'text' } }));
  expect(status).toBe(400);
  expect(json.errors).toEqual([
    {
      pointer: '#/toolDefinition/tool/inputSchema/properties/location/$ref',
      detail: 'must begin with "#": the schema has to stand alone',
    },
    {
      pointer: '#/toolDefinition/tool/outputSchema/type',
      detail: 'is no JSON Schema: must be equal to one of the allowed values',
    },
  ]);
  expect(await toolRows(plane.database).names()).toEqual([]);
});

it('takes an MCP server as the source of tools, and refuses sources that it does not have', async () => {
  const server = { name: 'search', imageName: 'team/search', imageVersion: '1.0.0' };
  const created = await post({ ...server, source: { type: 'mcp' } });
  expect(created).toMatchObject({ status: 201, json: { source: { type: 'mcp', port: 8000, path: '/mcp' } } });
  expect(created.json.toolDefinition).toBeUndefined();
  expect((await alice.call('PUT', '/tools/search', created.json)).status).toBe(200);
  const refused = await post({ ...server, name: 'other', source: { type: 'grpc' } });
  expect(refused).toMatchObject({
    status: 400,
    json: {
      errors: [{ pointer: '#/source/type', detail: 'must be "http", "mcp", "adapter" or "openapi"' }],
    },
  });
  expect((await post(server)).json.errors).toEqual([{ pointer: '#/toolDefinition', detail: 'is required' }]);
});

it('counts tools towards the adapters and replicas of their tenant', async () => {
  await root.call('PUT', '/tenants/default/quota', { adapters: 2, replicas: 3 });
  await alice.post(specOf('echo'));
  expect((await post(weatherTool({ replicaCount: 3 }))).json).toMatchObject({
    code: 'QUOTA_EXCEEDED',
    detail: expect.stringContaining('may have 3 replicas and has 1 in its other adapters and tools') as unknown,
  });
  expect((await post(weatherTool({ replicaCount: 2 }))).status).toBe(201);
  const grown = await alice.call('PUT', '/tools/weather', weatherTool({ replicaCount: 3 }));
  expect(grown.json).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  expect((await alice.post(specOf('second', { replicaCount: 0 }))).json).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  expect((await root.get('/tenants/default/quota')).json.use).toMatchObject({
    adapters: { limit: 2, used: 2, remaining: 0 },
    replicas: { limit: 3, used: 3, remaining: 0 },
  });
});
