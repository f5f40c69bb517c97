import { beforeEach, describe, expect, it } from '@jest/globals';
import { ToolsetSpec } from '@mcp-gateway/common/contracts';
import { toolsetRows } from '@mcp-gateway/database';
import { caller, problem, type Caller } from './support/callers.js';
import { startControlPlane, type ControlPlane } from './support/control-plane.js';

let plane: ControlPlane;
let alice: Caller;
let root: Caller;
beforeEach(async () => {
  plane = await startControlPlane();
  alice = caller(plane.url, 'alice');
  root = caller(plane.url, 'root', 'mcp.admin');
});

const support = (changes: object = {}) => ({
  name: 'support',
  tools: [{ name: 'tickets_*' }, { name: 'search_find', as: 'find', description: 'Finds articles.' }],
  requiredRoles: ['support'],
  ...changes,
});
const put = (body: object, who = alice, headers = {}, name = 'support') =>
  who.call('PUT', `/toolsets/${name}`, body, headers);
const NOT_FOUND = problem(404, 'TOOLSET_NOT_FOUND', 'There is no such toolset', {
  detail: 'none has this name, or you may not use it; GET /toolsets lists those that you may use',
});

describe('the API of toolsets', () => {
  it('creates a toolset with PUT, replaces, reads, lists and removes it', async () => {
    const created = await put(support());
    expect(created).toMatchObject({
      status: 201,
      json: { ...support(), description: '', names: 'portable', search: false, createdBy: 'alice', generation: 1 },
    });
    expect(created.headers.get('location')).toBe('/toolsets/support');
    expect(plane.hints).toEqual(['support']);
    const { etag = '' } = Object.fromEntries(created.headers);
    expect((await alice.get('/toolsets/support')).headers.get('etag')).toBe(etag);

    const replaced = await put(support({ search: true, names: 'mcp' }));
    expect(replaced).toMatchObject({ status: 200, json: { search: true, names: 'mcp', generation: 2 } });
    expect((await alice.get('/toolsets')).json).toEqual([replaced.json]);
    expect((await put(replaced.json)).status).toBe(200);
    expect((await alice.call('DELETE', '/toolsets/support')).status).toBe(204);
    expect((await alice.get('/toolsets/support')).json).toEqual(NOT_FOUND);
    expect((await alice.get('/toolsets')).json).toEqual([]);
    expect((await put(support())).status).toBe(201);
  });

  it('creates a toolset with POST', async () => {
    const created = await alice.call('POST', '/toolsets', support());
    expect(created).toMatchObject({ status: 201, json: { name: 'support' } });
    expect((await alice.call('POST', '/toolsets', support())).json).toMatchObject({ code: 'TOOLSET_EXISTS' });
  });

  it('creates nothing when the caller has read a toolset that is gone', async () => {
    const { json, headers } = await put(support());
    await alice.call('DELETE', '/toolsets/support');
    for (const [body, ifMatch] of [
      [json, {}],
      [support(), { 'if-match': headers.get('etag') ?? '' }],
      [support(), { 'if-match': '*' }],
    ] as const) {
      expect(await put(body, alice, ifMatch)).toMatchObject({ status: 412, json: { code: 'EDIT_CONFLICT' } });
    }
  });

  it('reports how far the worker has come, and has no logs', async () => {
    await put(support());
    expect((await alice.get('/toolsets/support/status')).json).toEqual({
      name: 'support',
      phase: 'Pending',
      generation: 1,
      observedGeneration: 0,
      conditions: [],
    });
    expect((await alice.get('/toolsets/support/logs')).status).toBe(404);
  });

  it('names each wrong field, and keeps the name of the toolset of all tools', async () => {
    const wrong = await put({
      ...support({ imageName: 'x' }),
      tools: [
        { name: 'a b' },
        { name: 'a*', as: 'b' },
        { name: 'a', as: 'x.y' },
        { name: 'c', as: 'd' },
        { name: 'e', as: 'd' },
      ],
    });
    expect(wrong.status).toBe(400);
    const faults = (answer: { json: { errors: { pointer: string; detail: string }[] } }) =>
      answer.json.errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
    expect(faults(wrong)).toEqual([
      '#/tools/0/name must be letters, digits, "_", "-" and ".", and in a pattern "*"',
      '#/tools/1/as must be absent: name is a pattern, which may select several tools',
      '#/imageName is not a known field',
      '#/tools/2/as must be at most 64 letters, digits, "_" and "-", as the rule "portable" says',
      '#/tools/4/as is the name of another entry, too; each tool has its own',
    ]);
    const all = await put({ ...support(), name: 'all' }, alice, {}, 'all');
    expect(faults(all)).toEqual([
      '#/name must not be "all": that is the toolset of all tools, which is served at /mcp',
    ]);
    expect(await toolsetRows(plane.database).names()).toEqual([]);
  });
});

describe('the permission rule for toolsets', () => {
  it('is that of adapters', async () => {
    await put(support());
    const reader = caller(plane.url, 'bob', 'Support');
    const stranger = caller(plane.url, 'eve', 'other');
    expect((await reader.get('/toolsets/support')).status).toBe(200);
    expect((await put(support(), reader)).status).toBe(403);
    expect((await stranger.get('/toolsets/support')).json).toEqual(NOT_FOUND);
    expect((await stranger.get('/toolsets')).json).toEqual([]);
    expect(await put(support(), stranger)).toMatchObject({ status: 409, json: { code: 'TOOLSET_EXISTS' } });
    expect((await stranger.call('DELETE', '/toolsets/support')).status).toBe(404);
    expect((await root.call('DELETE', '/toolsets/support')).status).toBe(204);
  });

  it('is explained', async () => {
    await put(support());
    const explain = (who: Caller) => who.get('/permissions/explain?resource=toolset/support');
    expect((await explain(caller(plane.url, 'bob', 'support'))).json).toMatchObject({
      allowed: true,
      rule: 'required-role',
      reason: 'the caller has one of the requiredRoles of the toolset',
    });
    expect((await explain(caller(plane.url, 'eve'))).json).toMatchObject({ code: 'TOOLSET_NOT_FOUND' });
  });
});

it('is one of 200 of its tenant at most', async () => {
  const rows = toolsetRows(plane.database);
  const spec = ToolsetSpec.parse({ name: 'x', tools: [{ name: '*' }] });
  for (let index = 0; index < 199; index += 1) await rows.create({ ...spec, name: `x${index}` }, 'alice');
  const puts = await Promise.all(['a', 'b'].map((name) => put(support({ name }), alice, {}, name)));
  expect(new Set(puts.map(({ status }) => status))).toEqual(new Set([201, 429]));
  expect(puts.find(({ status }) => status === 429)?.json).toMatchObject({
    code: 'QUOTA_EXCEEDED',
    detail: 'tenant default has 200 toolsets, the maximum; remove one, or let several teams share one',
  });
  expect((await put(support({ name: 'x1' }), alice, {}, 'x1')).status).toBe(200);
  await alice.call('DELETE', '/toolsets/x1');
  expect((await put(support())).status).toBe(201);
});

it('counts towards no quota, and keeps its tenant', async () => {
  await root.call('PUT', '/tenants/default/quota', { adapters: 0, replicas: 0 });
  expect((await put(support())).status).toBe(201);
  expect((await root.get('/tenants/default/quota')).json.use).toMatchObject({ adapters: { used: 0 } });
  await root.call('PUT', '/tenants/acme', { members: { subjects: ['carol'] } });
  await root.call('POST', '/tenants', { id: 'acme', members: { subjects: ['carol'] } });
  const carol = caller(plane.url, 'carol');
  const theirs = await put(support({ name: 'theirs' }), carol, {}, 'theirs');
  expect(theirs).toMatchObject({ status: 201, json: { tenant: 'acme' } });
  expect((await root.call('DELETE', '/tenants/acme')).json).toMatchObject({ code: 'TENANT_IN_USE' });
});
