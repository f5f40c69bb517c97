import { expect, it } from '@jest/globals';
import { tokenFault } from './token-fault.js';

const NOW = 1_000_000;
const HEADER = { alg: 'RS256', typ: 'JWT', kid: 'first' };
const CLAIMS = { tid: 'tenant', azp: 'application', aud: 'client', exp: NOW + 60 };
const RULES = { tenantId: 'tenant', audiences: ['client', 'https://mcp.example.com/*'], clockToleranceSeconds: 20 };

const ALGORITHM = 'the token is signed with an algorithm that is not accepted';
const UNVERIFIABLE = 'the token cannot be verified';
const NO_KEY = 'the token is signed with a key that its issuer does not publish';
const TENANT = 'tid of the token names another tenant than its iss';
const AUDIENCE = 'the token is for another audience';

it.each<[string, object, object, string | undefined]>([
  ['a whole token', {}, {}, undefined],
  ['other header parameters', { x5t: 'other', jku: 'https://a.example', jwk: {} }, {}, undefined],
  ['no algorithm', { alg: undefined }, {}, ALGORITHM],
  ['alg none', { alg: 'none' }, {}, ALGORITHM],
  ['HS256', { alg: 'HS256' }, {}, ALGORITHM],
  ['another algorithm of the same key', { alg: 'PS256' }, {}, ALGORITHM],
  ['lower case', { alg: 'rs256' }, {}, ALGORITHM],
  ['crit', { crit: ['exp'] }, {}, UNVERIFIABLE],
  ['crit that is empty', { crit: undefined }, {}, UNVERIFIABLE],
  ['another type', { typ: 'at+jwt' }, {}, UNVERIFIABLE],
  ['no kid', { kid: undefined }, {}, NO_KEY],
  ['a kid that is no text', { kid: ['first'] }, {}, NO_KEY],
  ['another tenant', {}, { tid: 'other' }, TENANT],
  ['a list of tenants', {}, { tid: ['tenant'] }, TENANT],
  ['no tenant', {}, { tid: undefined }, TENANT],
  ['an application of version 1.0', {}, { azp: undefined, appid: 'application' }, undefined],
  ['an ID token', {}, { azp: undefined }, 'the token is no access token; an ID token is not accepted'],
  ['a URL below an audience', {}, { aud: 'https://mcp.example.com/adapters/echo/mcp' }, undefined],
  ['a URL beside an audience', {}, { aud: 'https://mcp.example.com.evil.example/' }, AUDIENCE],
  ['another audience', {}, { aud: 'other' }, AUDIENCE],
  ['several audiences, which Entra never issues', {}, { aud: ['client', 'other'] }, AUDIENCE],
  ['an audience that is no text', {}, { aud: { client: true } }, AUDIENCE],
  ['no expiry', {}, { exp: undefined }, 'the claim exp of the token is not valid'],
  ['an expiry that is text', {}, { exp: String(NOW + 60) }, 'the claim exp of the token is not valid'],
  ['within the tolerance', {}, { exp: NOW - 19 }, undefined],
  ['expired', {}, { exp: NOW - 20 }, 'the token has expired'],
  ['valid in a moment', {}, { nbf: NOW + 20 }, undefined],
  ['valid later', {}, { nbf: NOW + 21 }, 'the token is not valid yet'],
  ['a beginning that is text', {}, { nbf: '0' }, 'the claim nbf of the token is not valid'],
])('%s', (_what, header, claims, fault) => {
  expect(tokenFault({ ...HEADER, ...header }, { ...CLAIMS, ...claims }, RULES, NOW)).toBe(fault);
});
