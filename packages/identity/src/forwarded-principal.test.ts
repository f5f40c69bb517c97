import { describe, expect, it } from '@jest/globals';
import type { Principal } from '@mcp-gateway/common/principal';
import { PRINCIPAL_HEADER, principalReader, sealPrincipal } from './forwarded-principal.js';

const SECRET = 'a-secret-that-services-of-one-gateway-share';
const OTHER = 'another-secret-that-is-long-enough-for-this';
const ALICE: Principal = {
  subject: 'alice',
  name: 'Ålice "A" 🦊',
  roles: ['team', 'mcp.admin'],
  tenant: 'blue',
  adminOf: ['blue'],
  expiresAt: 4_000_000_000,
  signIn: 'https://login.example.com',
  introspection: 'hash',
  resources: [{ kind: 'tool', name: 'weather' }],
};
const headers = (secret: string | undefined, principal = sealPrincipal(ALICE)) => ({
  ...(secret !== undefined && { 'x-mcp-gateway-secret': secret }),
  [PRINCIPAL_HEADER]: principal,
});

it('a tool router reads the caller that a data plane has forwarded, without what it does not need', () => {
  const { signIn: _, introspection: __, ...needed } = ALICE;
  expect(principalReader(() => [SECRET])(headers(SECRET))).toEqual(needed);
  expect(sealPrincipal(ALICE)).toMatch(/^[\w-]+$/);
});

it('a caller without roles, administered tenants, scope and end stays one', () => {
  const plain: Principal = { subject: 'bob', name: 'Bob', roles: [], tenant: 'default' };
  expect(principalReader(() => [SECRET])(headers(SECRET, sealPrincipal(plain)))).toEqual(plain);
});

it.each([
  ['the data plane has a newer secret, too', `${OTHER},${SECRET}`, [SECRET]],
  ['the router has a newer secret, too', SECRET, [OTHER, SECRET]],
])('one secret in common is enough: %s', (_, given, known) => {
  expect(principalReader(() => known)(headers(given)).subject).toBe('alice');
});

describe('a request is refused', () => {
  it.each([
    ['without a secret', headers(undefined), [SECRET]],
    ['with an empty secret', headers(''), [SECRET]],
    ['with another secret', headers(OTHER), [SECRET]],
    ['with a part of the secret', headers(SECRET.slice(1)), [SECRET]],
    ['when the router has no secrets', headers(SECRET), []],
    ['without a principal', { 'x-mcp-gateway-secret': SECRET }, [SECRET]],
    ['with a principal that is no JSON', headers(SECRET, 'e30x'), [SECRET]],
    [
      'with a principal without a subject',
      headers(SECRET, Buffer.from('{"roles":[]}').toString('base64url')),
      [SECRET],
    ],
  ])('%s', (_, given, known) => {
    expect(() => principalReader(() => known)(given)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});
