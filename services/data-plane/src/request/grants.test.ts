import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import { type AnswerKind, createGrants, grantState, type Grants } from './grants.js';

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

describe('an answer under way', () => {
  let grants: Grants | undefined;
  afterEach(() => grants?.close());

  const OF_ACME = { ...ROUTE, kind: 'adapter', tenant: 'acme' } as Route;
  const SIGNED_OUT = ['SIGN_IN_REQUIRED', 'the API key was revoked'];
  /** What it is told, and the state of its caller's API key and of the tenants. */
  function watched(kind: AnswerKind, principal: Principal) {
    const state = { isHeld: true, adminOf: principal.adminOf ?? [], tell: () => {}, tellOfTenants: () => {} };
    grants = createGrants(
      { get: () => OF_ACME, onChange: () => {} },
      {
        signIns: [undefined, { isHeld: () => state.isHeld, onRevoked: (listener) => void (state.tell = listener) }],
        admins: {
          again: (caller) => (state.adminOf === caller.adminOf ? caller : { ...caller, adminOf: state.adminOf }),
          onChange: (listener) => void (state.tellOfTenants = listener),
        },
      },
    );
    const told: unknown[] = [];
    const permit = grants.permit({ principal, route: OF_ACME, req }, kind);
    permit.watch(({ code, detail }) => void told.push([code, detail]));
    return { state, told, permit };
  }

  it.each(['stream', 'subscription', 'answer'] as const)('ends at once when its API key is revoked: %s', (kind) => {
    const { state, told } = watched(kind, { ...BOB, apiKey: 'k' });
    state.tell();
    expect(told).toEqual([]);
    state.isHeld = false;
    state.tell();
    state.tell();
    expect(told).toEqual([SIGNED_OUT]);
  });

  it('ends at once when its caller ceases to administer the tenant', () => {
    const { state, told } = watched('stream', { ...BOB, roles: [], adminOf: ['acme'] });
    state.tellOfTenants();
    expect(told).toEqual([]);
    state.adminOf = [];
    state.tellOfTenants();
    expect(told).toEqual([['ADAPTER_NOT_FOUND', expect.any(String)]]);
  });

  it.each<[AnswerKind, string | undefined]>([
    ['stream', 'the sign-in has ended'],
    ['subscription', 'the sign-in has ended'],
    ['answer', undefined], // the call may finish
  ])('of an API key that has expired, a %s, is told: %s', (kind, detail) => {
    const { state, told, permit } = watched(kind, { ...BOB, apiKey: 'k', expiresAt: 1 });
    state.isHeld = false; // as the table of keys says of an expired one
    state.tell();
    expect(told).toEqual(detail === undefined ? [] : [['SIGN_IN_REQUIRED', detail]]);
    expect(permit.deny()?.detail).toBe(detail);
  });
});
