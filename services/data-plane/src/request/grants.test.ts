import { expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import { grantState } from './grants.js';

const ROUTE = { name: 'echo', adapterId: 'a', createdBy: 'alice', requiredRoles: ['team'] } as unknown as Route;
const BOB = { subject: 'bob', name: 'bob', roles: ['Team'], tenant: 'default' };

it.each([
  ['while nothing changes', ROUTE, 'held'],
  ['while the role permits it still', { ...ROUTE, requiredRoles: ['others', 'TEAM'] }, 'held'],
  ['when the role does not permit it any more', { ...ROUTE, requiredRoles: ['others'] }, 'revoked'],
  ['when nobody but the creator may use it', { ...ROUTE, requiredRoles: [] }, 'revoked'],
  ['when the adapter is removed', undefined, 'removed'],
  ['when it is made anew for the same callers', { ...ROUTE, adapterId: 'b' }, 'removed'],
  ['when it is made anew for others', { ...ROUTE, adapterId: 'b', requiredRoles: [] }, 'revoked'],
])('a grant by a role %s', (_when, now, state) => {
  expect(grantState({ principal: BOB, route: ROUTE }, now)).toBe(state);
});
