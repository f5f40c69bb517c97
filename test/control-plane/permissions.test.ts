import { beforeEach, describe, expect, it } from '@jest/globals';
import { unheededPublisher } from './support/api-key-answers.js';
import { caller, invalid, NOT_FOUND, problem, type Caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

it('a policy with a misspelt method, which would never decide, is refused; other methods of servers are not', async () => {
  const alice = caller((await startControlPlane()).url, 'alice');
  const register = (name: string, method: string) =>
    alice.post(specOf(name, { policies: [{ name: 'a', effect: 'deny', when: 'true', methods: [method] }] }));
  expect(await register('echo', 'tools/cal')).toMatchObject({
    status: 400,
    json: { detail: '#/policies/0/methods/0 "tools/cal" is no method of MCP; did you mean "tools/call"?' },
  });
  expect((await register('echo', 'acme/search')).status).toBe(201);
});

describe('GET /permissions/explain', () => {
  let url: string;
  let alice: Caller;
  let root: Caller;
  beforeEach(async () => {
    ({ url } = await startControlPlane({ apiKeys: { publisher: unheededPublisher, maxDays: 365 } }));
    alice = caller(url, 'alice');
    root = caller(url, 'root', 'mcp.admin');
    const policies = [{ name: 'no-deletes', effect: 'deny', when: 'tool == "delete"' }];
    await alice.post(specOf('echo', { requiredRoles: ['Team'], policies }));
  });
  const explain = (by: Caller, query: object) =>
    by.get(`/permissions/explain?${new URLSearchParams({ resource: 'adapter/echo', ...query }).toString()}`);

  it.each([
    ['alice', '', 'read', 'creator'],
    ['alice', '', 'write', 'creator'],
    ['bob', 'x,TEAM', 'read', 'required-role'],
    ['bob', 'x, team', 'write', 'none'],
    ['bob', '', 'read', 'none'],
    ['carol', 'MCP.admin', 'read', 'admin'],
    ['carol', 'mcp.admin', 'write', 'admin'],
  ])('names the rule for %s with the roles "%s" who wants to %s: %s', async (principal, roles, action, rule) => {
    const { status, json } = await explain(root, { principal, roles, action });
    expect([status, json.rule, json.allowed, json.action]).toEqual([200, rule, rule !== 'none', action]);
    expect(json.policies).toHaveLength(json.allowed && action === 'read' ? 1 : 0); // they decide on calls only
    expect(json.principal).toEqual({
      subject: principal,
      roles: roles.split(',').flatMap((role) => role.trim() || []),
      adminOf: [],
    });
  });

  it('answers callers about themselves, with the policies that narrow the permission', async () => {
    expect((await explain(caller(url, 'bob', 'team'), {})).json).toEqual({
      principal: { subject: 'bob', roles: ['team'], adminOf: [] },
      resource: 'adapter/echo',
      action: 'read',
      allowed: true,
      rule: 'required-role',
      reason: 'the caller has one of the requiredRoles of the adapter',
      policies: [{ name: 'no-deletes', effect: 'deny', result: 'unknown', needs: ['method'] }],
      outcome: 'depends',
      decidedBy: ['no-deletes'],
    });
    expect((await explain(caller(url, 'bob', 'team'), { principal: 'bob', action: 'write' })).json).toMatchObject({
      allowed: false,
      reason: 'no rule permits it: it needs mcp.admin, or to be the creator or an administrator of the tenant',
      policies: [],
      outcome: 'refused',
      decidedBy: [],
    });
  });

  it.each([
    [{ method: 'tools/list' }, 'permitted', 'not-applicable', []],
    [{ tool: 'delete' }, 'refused', 'true', []],
    [{ tool: 'delete', arguments: '{"sure": true}', headers: '{"x-a": "b"}' }, 'refused', 'true', []],
    [{ tool: 'read' }, 'permitted', 'false', []],
    [{ method: 'tools/call' }, 'depends', 'unknown', ['tool']],
  ])('says what the policies say about %j: %s', async (message, outcome, result, needs) => {
    const { json } = await explain(caller(url, 'bob', 'team'), message);
    expect(json).toMatchObject({ rule: 'required-role', allowed: true, outcome });
    expect(json.policies).toEqual([{ name: 'no-deletes', effect: 'deny', result, needs }]);
    expect(json.decidedBy).toEqual(outcome === 'permitted' ? [] : ['no-deletes']);
  });

  it('says what a policy needs of another caller, whose name and tenant are not known', async () => {
    const policies = [{ name: 'by-name', effect: 'allow', when: 'principal.name == "Bob" && arguments.n > 1' }];
    await alice.put('echo', specOf('echo', { requiredRoles: ['team'], policies }));
    const { json } = await explain(root, { principal: 'bob', roles: 'team', tool: 'add' });
    expect(json).toMatchObject({
      allowed: true,
      outcome: 'depends',
      policies: [{ result: 'unknown', needs: ['arguments', 'principal.name'] }],
    });
  });

  it('knows who administers the tenant of the adapter, by subject and by role', async () => {
    await root.call('POST', '/tenants', {
      id: 'acme',
      members: { subjects: ['mia'] },
      admins: { subjects: ['ann'], roles: ['acme.admin'] },
    });
    await caller(url, 'mia').post(specOf('of-mia'));
    const of = async (query: object) =>
      (await explain(root, { resource: 'adapter/of-mia', action: 'write', ...query })).json;
    const admin = { allowed: true, rule: 'tenant-admin', outcome: 'permitted' };
    expect(await of({ principal: 'ann' })).toMatchObject({ ...admin, principal: { adminOf: ['acme'] } });
    expect(await of({ principal: 'bea', roles: 'Acme.Admin' })).toMatchObject(admin);
    expect(await of({ principal: 'bea' })).toMatchObject({ allowed: false, rule: 'none', outcome: 'refused' });
    const ann = caller(url, 'ann');
    const { id: apiKey } = (await ann.call('POST', '/api-keys', { name: 'all' })).json;
    for (const query of [{}, { apiKey }]) {
      const own = await explain(ann, { resource: 'adapter/of-mia', action: 'write', ...query });
      expect(own.json).toMatchObject(admin);
    }
  });

  it('explains an API key to its creator and to an admin', async () => {
    const create = async (by: Caller, body: object) => (await by.call('POST', '/api-keys', body)).json.id as string;
    const all = await create(alice, { name: 'all' });
    const other = [{ kind: 'adapter', name: 'other' }];
    const restricted = await create(alice, { name: 'restricted', resources: other });
    const rule = async (by: Caller, apiKey: string) => (await explain(by, { apiKey })).json;
    for (const by of [alice, root]) {
      expect(await rule(by, all)).toMatchObject({ rule: 'creator', principal: { subject: 'alice', apiKey: all } });
      expect(await rule(by, restricted)).toMatchObject({ rule: 'out-of-scope', outcome: 'refused' });
    }
    expect(await rule(caller(url, 'bob', 'team'), all)).toMatchObject({ code: 'API_KEY_NOT_FOUND' });
    expect((await explain(root, { apiKey: all, roles: 'x' })).json.detail).toContain('leave out principal and roles');
  });

  it('tells a stranger nothing about a resource, and nobody but an admin anything about others', async () => {
    const eve = caller(url, 'eve', 'other');
    expect((await explain(eve, {})).json).toEqual(NOT_FOUND);
    expect((await explain(eve, { resource: 'adapter/unknown' })).json).toEqual(NOT_FOUND);
    const refused = problem(403, 'FORBIDDEN', 'You may not do this', {
      detail: 'only mcp.admin may ask about other callers or roles; leave out principal and roles',
    });
    for (const resource of ['adapter/echo', 'adapter/unknown']) {
      expect((await explain(eve, { resource, principal: 'alice' })).json).toEqual(refused);
      expect((await explain(eve, { resource, roles: 'team' })).json).toEqual(refused);
    }
    expect((await explain(root, { resource: 'adapter/unknown' })).json).toEqual(NOT_FOUND);
  });

  it('names each wrong parameter', async () => {
    const { json } = await explain(alice, { resource: 'echo', action: 'delete' });
    expect(json).toEqual(
      invalid(
        { parameter: 'resource', detail: 'must be a kind and a name, such as "adapter/echo"' },
        { parameter: 'action', detail: 'must be one of read, write' },
      ),
    );
    const message = await explain(alice, { arguments: '[1]', headers: '{"a": 1}' });
    expect(message.json).toEqual(
      invalid(
        { parameter: 'arguments', detail: 'must be a JSON object' },
        { parameter: 'headers.a', detail: 'must be a text' },
      ),
    );
    expect((await explain(alice, { arguments: '{' })).json.detail).toBe('arguments must be a JSON object');
    expect((await alice.call('POST', '/permissions/explain', {})).headers.get('allow')).toBe('HEAD, GET, OPTIONS');
  });
});
