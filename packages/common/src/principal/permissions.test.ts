import { describe, expect, it } from '@jest/globals';
import { canRead, canWrite, normalizeRole, isAdmin } from './permissions.js';

const caller = (subject: string, ...roles: string[]) => ({ subject, name: subject, roles, tenant: 'default' });
const adapter = (...requiredRoles: string[]) => ({ createdBy: 'alice', requiredRoles });

describe('who may do what', () => {
  it.each([
    // caller, adapter, may read, may write
    ['the creator', caller('alice'), adapter(), true, true],
    ['the creator without the required role', caller('alice'), adapter('team'), true, true],
    ['somebody else', caller('bob'), adapter(), false, false],
    ['somebody with roles when none is required', caller('bob', 'team'), adapter(), false, false],
    ['somebody with the required role', caller('bob', 'team'), adapter('team'), true, false],
    ['somebody with one of the required roles', caller('bob', 'x', 'team'), adapter('other', 'team'), true, false],
    ['somebody with the role in another case', caller('bob', 'TEAM'), adapter('Team'), true, false],
    ['somebody with a role that only begins alike', caller('bob', 'team2'), adapter('team'), false, false],
    ['somebody with an empty role', caller('bob', ''), adapter('team'), false, false],
    ['an admin', caller('bob', 'mcp.admin'), adapter(), true, true],
    ['an admin in another case', caller('bob', 'MCP.Admin'), adapter('team'), true, true],
    ['somebody with half the admin role', caller('bob', 'mcp', 'admin'), adapter(), false, false],
    ['somebody whose name is the role', caller('mcp.admin'), adapter('mcp.admin'), false, false],
    ['the creator in another case, who is somebody else', caller('Alice'), adapter(), false, false],
    ['a nobody', caller(''), adapter(), false, false],
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

  it('folds roles in a way that does not depend on the machine', () => {
    expect(['İ', 'I', 'Ä', 'team'].map(normalizeRole)).toEqual(['i̇', 'i', 'ä', 'team']);
  });
});
