import { beforeEach, describe, expect, it } from '@jest/globals';
import { caller, invalid, NOT_FOUND, problem, type Caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

describe('GET /permissions/explain', () => {
  let url: string;
  let alice: Caller;
  let root: Caller;
  beforeEach(async () => {
    ({ url } = await startControlPlane());
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
    expect(json.principal).toEqual({
      subject: principal,
      roles: roles.split(',').flatMap((role) => role.trim() || []),
    });
  });

  it('answers callers about themselves, with the policies that narrow the permission', async () => {
    expect((await explain(caller(url, 'bob', 'team'), {})).json).toEqual({
      principal: { subject: 'bob', roles: ['team'] },
      resource: 'adapter/echo',
      action: 'read',
      allowed: true,
      rule: 'required-role',
      reason: 'the caller has one of the requiredRoles of the adapter',
      policies: ['no-deletes'],
    });
    expect((await explain(caller(url, 'bob', 'team'), { principal: 'bob', action: 'write' })).json).toMatchObject({
      allowed: false,
      reason: 'no rule permits it: it needs mcp.admin, or to be the creator or an administrator of the tenant',
      policies: [],
    });
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
    expect((await alice.call('POST', '/permissions/explain', {})).headers.get('allow')).toBe('HEAD, GET, OPTIONS');
  });
});
