import type { Principal } from '@mcp-gateway/common/principal';
import { GatewayError } from '@mcp-gateway/common/errors';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { invalidToken } from '../bearer.js';
import type { Verifier } from '../verifier.js';
import { audienceIn } from './audience.js';
import { callerOf, isOtherToken, type KnownIssuer } from './claims.js';
import { claimedIssuer, decode, seldom, type VerifierParts } from './claimed-issuer.js';
import { jsonFetcher } from './fetch-json.js';
import { introspectedTokens, type OidcSettings } from './introspection/introspection.js';
import { foreignPrefixes, type IssuerSettings } from './issuer.js';
import { issuerKeys, type KeySetParts } from './key-set.js';
import { tokenCache, tokenReader } from './token-cache.js';

/** Asymmetric only: whoever can verify must not be able to sign (RFC 8725 §3.1, §3.2). */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

interface Issuer extends KnownIssuer {
  keys: JWTVerifyGetKey;
}

/**
 * Signs callers in by access tokens that are JWTs of a configured issuer (RFC 9068, OpenID Connect), or about which one
 * of the issuers is asked (RFC 7662). A verified token is remembered, so most requests cost one hash.
 * @throws GatewayError SIGN_IN_REQUIRED with a challenge (RFC 6750 §3); FORBIDDEN as `principalOf`; UNAVAILABLE when
 *   the issuer's keys cannot be read, or it does not answer
 */
export function oidcVerifier(
  settings: OidcSettings,
  { log, now = Date.now, fetchJson = jsonFetcher(), addressOf = ({ address }) => address, ...parts }: VerifierParts,
): Verifier {
  const keysOf = keysOfIssuers({ fetchJson, log, now });
  const state = () => ({
    issuerOf: claimedIssuer(knownIssuers(settings.issuers, keysOf), log, now),
    cache: tokenCache(now),
  });
  let current = state();
  // Tokens that were verified under other settings are verified again.
  settings.onIssuersChange?.(() => (current = state()));
  const warnOfAudience = seldom(log, now);
  const introspected = parts.introspected ?? introspectedTokens(settings, { log, now, fetchJson });
  const tokenOf = tokenReader();

  async function verify(token: string, key: string): Promise<Principal> {
    const { issuerOf, cache } = current;
    const issuer = issuerOf(decode(token).claims);
    const payload = await checkToken(token, issuer.settings, issuer.keys, now);
    const { audiences } = issuer.settings;
    if (audienceIn(payload.aud, audiences) === undefined) {
      warnOfAudience(
        { tokenAudience: payload.aud, audiences },
        'a token is refused because it is for another audience',
      );
      throw invalidToken('the token is for another audience');
    }
    const principal = callerOf(payload, issuer);
    cache.add(key, principal, principal.expiresAt);
    return principal;
  }

  return (request) => {
    const { token, key } = tokenOf(request);
    const remembered = current.cache.get(key) ?? introspected?.remembered(key);
    if (remembered) return remembered;
    return introspected?.takes(token) ? introspected.verify(key, token, addressOf(request)) : verify(token, key);
  };
}

function knownIssuers(issuers: readonly IssuerSettings[], keysOf: (settings: IssuerSettings) => JWTVerifyGetKey) {
  return new Map<string, Issuer>(
    issuers.map((settings) => [
      settings.issuer,
      { settings, keys: keysOf(settings), foreignPrefixes: foreignPrefixes(settings, issuers) },
    ]),
  );
}

/** The keys of issuers, which stay known when other settings of the issuer change. */
function keysOfIssuers(parts: KeySetParts): (settings: IssuerSettings) => JWTVerifyGetKey {
  const known = new Map<string, JWTVerifyGetKey>();
  return (settings) => {
    const source = `${settings.issuer} ${settings.jwksUri ?? ''}`;
    const keys = known.get(source) ?? issuerKeys(settings, parts);
    known.set(source, keys);
    return keys;
  };
}

async function checkToken(
  token: string,
  { issuer, clockToleranceSeconds }: IssuerSettings,
  keys: JWTVerifyGetKey,
  now: () => number,
): Promise<JWTPayload & { exp: number }> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      algorithms: ALGORITHMS,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp'],
      currentDate: new Date(now()),
    });
    if (isOtherToken(payload))
      throw invalidToken('the token is no access token; an ID token or a refresh token is not accepted');
    return payload as JWTPayload & { exp: number };
  } catch (error) {
    throw error instanceof GatewayError ? error : invalidToken(reasonOf(error), error);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return 'the token is not valid yet';
    return `the claim ${/^[a-z]{1,10}$/.test(error.claim) ? error.claim : ''} of the token is not valid`;
  }
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'the token is signed with a key that its issuer does not publish';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the token is signed with an algorithm that is not accepted';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature of the token is not valid';
  return 'the token cannot be verified';
}
