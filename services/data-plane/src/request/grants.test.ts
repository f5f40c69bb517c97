import { expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import { grantState } from './grants.js';

const ROUTE = { name: 'echo', resourceId: 'a', createdBy: 'alice', requiredRoles: ['team'] } as unknown as Route;
const BOB = { subject: 'bob', name: 'bob', roles: ['Team'], tenant: 'default' };

it.each([
  ['is held while nothing changes', ROUTE, 'held'],
  ['is held while the route still permits the role', { ...ROUTE, requiredRoles: ['others', 'TEAM'] }, 'held'],
  ['is revoked when the route no longer permits the role', { ...ROUTE, requiredRoles: ['others'] }, 'revoked'],
  ['is revoked when only the creator may use the adapter', { ...ROUTE, requiredRoles: [] }, 'revoked'],
  ['is removed when the adapter is removed', undefined, 'removed'],
  ['is removed when the adapter is created anew for the same callers', { ...ROUTE, resourceId: 'b' }, 'removed'],
  [
    'is revoked when the adapter is created anew for others',
    { ...ROUTE, resourceId: 'b', requiredRoles: [] },
    'revoked',
  ],
])('a grant by a role %s', (_when, now, state) => {
  expect(grantState({ principal: BOB, route: ROUTE }, now)).toBe(state);
});
