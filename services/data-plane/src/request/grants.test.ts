import type { IncomingMessage } from 'node:http';
import { expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import { grantState } from './grants.js';

const ROUTE = {
  name: 'echo',
  resourceId: 'a',
  createdBy: 'alice',
  requiredRoles: ['team'],
  policies: [],
} as unknown as Route;
const req = { method: 'GET', headers: {} } as IncomingMessage;
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
  expect(grantState({ principal: BOB, route: ROUTE, req }, now)).toBe(state);
});

it.each([
  ['is held until the sign-in ends', BOB, 99, ROUTE, 'held'],
  ['is expired when the sign-in has ended', BOB, 100, ROUTE, 'expired'],
  ['is revoked rather than expired', BOB, 100, { ...ROUTE, requiredRoles: [] }, 'revoked'],
])('a grant of a sign-in that ends %s', (_when, principal, seconds, now, state) => {
  const grant = { principal: { ...principal, expiresAt: 100 }, route: ROUTE, req };
  expect(grantState(grant, now, grant.principal, seconds)).toBe(state);
});

it.each([
  ['is held while the caller administers the tenant', ['acme', 'zebra'], BOB.roles, 'held'],
  ['is revoked when the caller administers the tenant no more', ['zebra'], [], 'revoked'],
  ['is held when a role permits it as well', [], BOB.roles, 'held'],
])('a grant by a tenant %s', (_when, adminOf, roles, state) => {
  const route = { ...ROUTE, tenant: 'acme' };
  const principal = { ...BOB, roles, adminOf: ['acme', 'zebra'] };
  expect(grantState({ principal, route, req }, route, { ...principal, adminOf })).toBe(state);
});
