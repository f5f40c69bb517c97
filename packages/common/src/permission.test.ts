import { describe, expect, it } from '@jest/globals';
import { type Action, canRead, canWrite, decide, hasAnyRole, isAdmin, normalizeRole } from './permission.js';

const caller = (subject: string, ...roles: string[]) => ({ subject, name: subject, roles, tenant: 'default' });
const adapter = (...requiredRoles: string[]) => ({
  kind: 'adapter' as const,
  name: 'echo',
  createdBy: 'alice',
  requiredRoles,
});
const allTools = { kind: 'toolset' as const, name: 'all', createdBy: '', requiredRoles: [] };
const scoped = (principal: ReturnType<typeof caller>, ...names: string[]) => ({
  ...principal,
  resources: names.map((name) => ({ kind: 'adapter' as const, name })),
});

describe('the permission rule', () => {
  it.each([
    // caller, adapter, the rule that decides on read, on write
    ['the creator', caller('alice'), adapter(), 'creator', 'creator'],
    ['the creator without the required role', caller('alice'), adapter('team'), 'creator', 'creator'],
    ['the creator who is an admin, too', caller('alice', 'mcp.admin'), adapter('mcp.admin'), 'creator', 'creator'],
    ['another caller', caller('bob'), adapter(), 'none', 'none'],
    ['a caller with roles when none is required', caller('bob', 'team'), adapter(), 'none', 'none'],
    ['a caller with the required role', caller('bob', 'team'), adapter('team'), 'required-role', 'none'],
    ['a caller with one of several', caller('bob', 'x', 'team'), adapter('other', 'team'), 'required-role', 'none'],
    ['a caller with the role in another case', caller('bob', 'TEAM'), adapter('Team'), 'required-role', 'none'],
    ['a caller with a role that only begins alike', caller('bob', 'team2'), adapter('team'), 'none', 'none'],
    ['a caller with an empty role', caller('bob', ''), adapter('team'), 'none', 'none'],
    ['an admin', caller('bob', 'mcp.admin'), adapter(), 'admin', 'admin'],
    ['an admin in another case', caller('bob', 'MCP.Admin'), adapter('team'), 'admin', 'admin'],
    ['an admin with the required role', caller('bob', 'team', 'mcp.admin'), adapter('team'), 'required-role', 'admin'],
    ['a caller with half the admin role', caller('bob', 'mcp', 'admin'), adapter(), 'none', 'none'],
    ['a caller whose name is the role', caller('mcp.admin'), adapter('mcp.admin'), 'none', 'none'],
    ['the name of the creator in another case', caller('Alice'), adapter(), 'none', 'none'],
    ['a caller without a name', caller(''), adapter(), 'none', 'none'],
    ['a creator restricted to it', scoped(caller('alice'), 'other', 'echo'), adapter(), 'creator', 'creator'],
    ['a holder restricted to it', scoped(caller('bob', 'team'), 'echo'), adapter('team'), 'required-role', 'none'],
    ['an admin restricted to it', scoped(caller('bob', 'mcp.admin'), 'echo'), adapter(), 'admin', 'admin'],
    ['one restricted to it who has no right', scoped(caller('bob'), 'echo'), adapter(), 'none', 'none'],
    ['a creator restricted to another', scoped(caller('alice'), 'echo2'), adapter(), 'out-of-scope', 'out-of-scope'],
    [
      'an admin restricted to another',
      scoped(caller('a', 'mcp.admin'), 'e'),
      adapter(),
      'out-of-scope',
      'out-of-scope',
    ],
    ['one restricted to nothing', scoped(caller('alice')), adapter(), 'out-of-scope', 'out-of-scope'],
    ['anyone at the toolset of all tools', caller('bob'), allTools, 'signed-in', 'none'],
    ['an admin there', caller('bob', 'mcp.admin'), allTools, 'signed-in', 'none'],
    ['one restricted to an adapter there', scoped(caller('bob'), 'echo'), allTools, 'signed-in', 'none'],
  ])('decides on %s', (_who, principal, resource, read, write) => {
    const decision = (action: Action) => decide(principal, resource, action);
    const isAllowed = (rule: string) => rule !== 'none' && rule !== 'out-of-scope';
    expect(decision('read')).toEqual({ allowed: isAllowed(read), rule: read });
    expect(decision('write')).toEqual({ allowed: isAllowed(write), rule: write });
    expect(canRead(principal, resource)).toBe(isAllowed(read));
    expect(canWrite(principal, resource)).toBe(isAllowed(write));
  });

  it('decides the same for the same list of required roles each time', () => {
    const resource = adapter('Team');
    const decisions = [caller('bob', 'TEAM'), caller('carol'), caller('dave', 'team')].map(
      (principal) => decide(principal, resource, 'read').rule,
    );
    expect(decisions).toEqual(['required-role', 'none', 'required-role']);
  });
});

it.each([
  ['mcp.admin', true],
  ['MCP.ADMIN', true],
  ['mcp.admin ', false],
  ['mcp-admin', false],
])('the role %j makes an admin: %s', (role, admin) => {
  expect(isAdmin(caller('bob', role))).toBe(admin);
});

it('a caller that is restricted to resources is no admin over everything', () => {
  expect(isAdmin(scoped(caller('bob', 'mcp.admin'), 'echo'))).toBe(false);
});

it('no role is among no roles', () => {
  expect([hasAnyRole(caller('bob', 'a'), []), hasAnyRole(caller('bob'), ['a'])]).toEqual([false, false]);
});

it('normalizes roles independently of the locale of the machine', () => {
  expect(['İ', 'I', 'Ä', 'team'].map(normalizeRole)).toEqual(['i̇', 'i', 'ä', 'team']);
});
