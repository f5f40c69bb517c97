import { describe, expect, it } from '@jest/globals';
import { canRead, canWrite, normalizeRole, isAdmin } from './principal.js';

const caller = (subject: string, ...roles: string[]) => ({ subject, name: subject, roles, tenant: 'default' });
const adapter = (...requiredRoles: string[]) => ({ createdBy: 'alice', requiredRoles });

describe('permissions', () => {
  it.each([
    // caller, adapter, may read, may write
    ['the creator', caller('alice'), adapter(), true, true],
    ['the creator without the required role', caller('alice'), adapter('team'), true, true],
    ['another caller', caller('bob'), adapter(), false, false],
    ['a caller with roles when none is required', caller('bob', 'team'), adapter(), false, false],
    ['a caller with the required role', caller('bob', 'team'), adapter('team'), true, false],
    ['a caller with one of the required roles', caller('bob', 'x', 'team'), adapter('other', 'team'), true, false],
    ['a caller with the role in another case', caller('bob', 'TEAM'), adapter('Team'), true, false],
    ['a caller with a role that only begins alike', caller('bob', 'team2'), adapter('team'), false, false],
    ['a caller with an empty role', caller('bob', ''), adapter('team'), false, false],
    ['an admin', caller('bob', 'mcp.admin'), adapter(), true, true],
    ['an admin in another case', caller('bob', 'MCP.Admin'), adapter('team'), true, true],
    ['a caller with half the admin role', caller('bob', 'mcp', 'admin'), adapter(), false, false],
    ['a caller whose name is the role', caller('mcp.admin'), adapter('mcp.admin'), false, false],
    ['the name of the creator in another case', caller('Alice'), adapter(), false, false],
    ['a caller without a name', caller(''), adapter(), false, false],
  ])('%s', (_who, principal, resource, read, write) => {
    expect({ read: canRead(principal, resource), write: canWrite(principal, resource) }).toEqual({ read, write });
  });

  it.each([
    ['mcp.admin', true],
    ['MCP.ADMIN', true],
    ['mcp.admin ', false],
    ['mcp-admin', false],
  ])('the role %j makes an admin: %s', (role, admin) => {
    expect(isAdmin(caller('bob', role))).toBe(admin);
  });

  it('normalizes roles independently of the locale of the machine', () => {
    expect(['İ', 'I', 'Ä', 'team'].map(normalizeRole)).toEqual(['i̇', 'i', 'ä', 'team']);
  });
});
