import { expect, it } from '@jest/globals';
import type { GatewayError } from '@mcp-gateway/common/errors';
import { claimsIn } from './answer.js';

const RULES = { audiences: ['gateway', 'https://mcp.example.com/*'], clockToleranceSeconds: 20 };
const NOW = 1_000_000;
const ANSWER = { active: true, aud: ['other', 'gateway'], exp: NOW + 60, sub: 'alice' };

const NOT_ACTIVE = 'the token is not active: it has expired, was revoked or is not known';
const NOT_BEARER = 'the token is not a bearer access token';
const OTHER_AUDIENCE = 'the token is for another audience';

it.each<[string, object, string | undefined]>([
  ['that is active', {}, undefined],
  ['for a URL below an audience', { aud: 'https://mcp.example.com/adapters/echo/mcp' }, undefined],
  ['of the type Bearer', { token_type: 'Bearer' }, undefined],
  ['of the type bearer, which is an access token', { token_type: 'bearer', token_use: 'access_token' }, undefined],
  ['that has ended within the tolerance', { exp: NOW - 19 }, undefined],
  ['that begins within the tolerance', { nbf: NOW + 20 }, undefined],
  ['that is not active', { active: false }, NOT_ACTIVE],
  ['that is active in a text', { active: 'true' }, NOT_ACTIVE],
  ['that is active by a number', { active: 1 }, NOT_ACTIVE],
  ['without active', { active: undefined }, NOT_ACTIVE],
  ['of the type DPoP', { token_type: 'DPoP' }, NOT_BEARER],
  ['of a type that is no text', { token_type: ['Bearer'] }, NOT_BEARER],
  ['that is a refresh token', { token_use: 'refresh_token' }, NOT_BEARER],
  ['that is an id token of Keycloak', { typ: 'ID' }, NOT_BEARER],
  ['that is an access token of Keycloak', { typ: 'Bearer' }, undefined],
  ['with a client that is no text', { client_id: {} }, 'the claim client_id of the token is not valid'],
  ['without an end', { exp: undefined }, 'the claim exp of the token is not valid'],
  ['with an end in a text', { exp: String(NOW + 60) }, 'the claim exp of the token is not valid'],
  ['with no number as its end', { exp: Number.NaN }, 'the claim exp of the token is not valid'],
  ['that has ended', { exp: NOW - 20 }, 'the token has expired'],
  ['with a beginning in a text', { nbf: '0' }, 'the claim nbf of the token is not valid'],
  ['that is not valid yet', { nbf: NOW + 21 }, 'the token is not valid yet'],
  ['for another audience', { aud: 'gateway2' }, OTHER_AUDIENCE],
  ['for the audience in an object', { aud: { gateway: true } }, OTHER_AUDIENCE],
  ['without an audience', { aud: undefined }, OTHER_AUDIENCE],
])('an answer about a token %s', (_what, changes, fault) => {
  const outcome = () => {
    try {
      return claimsIn({ ...ANSWER, ...changes }, RULES, NOW)['sub'];
    } catch (error) {
      const { code, detail } = error as GatewayError;
      return [code, detail];
    }
  };
  expect(outcome()).toEqual(fault === undefined ? 'alice' : ['SIGN_IN_REQUIRED', fault]);
});
