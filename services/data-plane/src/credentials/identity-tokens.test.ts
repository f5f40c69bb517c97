import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import { identityTokens } from './identity-tokens.js';

const signing = { key: generateKeyPairSync('ed25519').privateKey, kid: 'first', alg: 'EdDSA' } as const;
const ECHO = { name: 'echo' } as Route;
const BOB = { subject: 'bob', name: 'Bob', roles: ['team'], tenant: 'acme' };

let clock = 0;
const signed = () =>
  identityTokens({
    keys: () => ({ signing, published: { keys: [] } }),
    issuer: 'https://tools.example.com',
    now: () => clock,
  });

it.each<[string, object, Partial<typeof BOB>]>([
  ['another subject', {}, { subject: 'eve' }],
  ['another name', {}, { name: 'Robert' }],
  ['other roles', {}, { roles: [] }],
  ['another tenant', {}, { tenant: 'zebra' }],
  ['another adapter', { name: 'other' }, {}],
  ['another audience', { upstreamAuth: { audience: 'https://payments.example.com' } }, {}],
])('a token of a caller does not serve for %s', async (_what, route, caller) => {
  const tokens = signed();
  const first = await tokens(ECHO, BOB);
  expect(tokens(ECHO, BOB)).toBe(first);
  expect(await tokens({ ...ECHO, ...route }, { ...BOB, ...caller })).not.toBe(first);
});

it('a token is used for two minutes of its five', async () => {
  const tokens = signed();
  const first = await tokens(ECHO, BOB);
  clock = 119_999;
  expect(tokens(ECHO, BOB)).toBe(first);
  clock = 120_000;
  expect(await tokens(ECHO, BOB)).not.toBe(first);
});
