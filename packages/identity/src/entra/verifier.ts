import { KeyObject } from 'node:crypto';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { errors, type CryptoKey, type JWTVerifyGetKey } from 'jose';
import { insufficientScope, invalidToken } from '../bearer.js';
import { audienceIn } from '../oidc/audience.js';
import { claimedIssuer, decode, type VerifierParts } from '../oidc/claimed-issuer.js';
import { type ClaimRules, type Claims, principalOf } from '../oidc/claims.js';
import { jsonFetcher } from '../oidc/fetch-json.js';
import { issuerKeys } from '../oidc/key-set.js';
import { tokenCache, tokenReader } from '../oidc/token-cache.js';
import type { Verifier } from '../verifier.js';
import type { EntraSettings } from './settings.js';
import { bearerStrategy, ENTRA_ALGORITHM } from './strategy.js';
import { tokenFault, type TokenRules } from './token-fault.js';

/** The first that a token has: people, then version 1.0, then applications. */
const NAMES = ['name', 'preferred_username', 'upn', 'unique_name', 'app_displayname'];

interface Issuer {
  name: string;
  rules: TokenRules;
  principalRules: ClaimRules;
  pemOf: (kid: string) => Promise<string>;
}

/**
 * Signs callers in by access tokens of Entra ID, of version 1.0 and 2.0. The subject is `tid/oid`. A verified token is
 * remembered, so most requests cost one hash.
 * @throws GatewayError SIGN_IN_REQUIRED with a challenge (RFC 6750 §3); FORBIDDEN when the token gives no right to call
 *   this application, and as `principalOf`; UNAVAILABLE when the keys of the tenant cannot be read
 */
export function entraVerifier(
  settings: EntraSettings,
  { log, now = Date.now, fetchJson = jsonFetcher() }: VerifierParts,
): Verifier {
  const { clockToleranceSeconds, audiences, roleMapping, roleClaims } = settings;
  const known = new Map<string, Issuer>(
    settings.issuers.map(({ issuer, tenantId, discoveryUrl }) => [
      issuer,
      {
        name: issuer,
        rules: { tenantId, audiences, clockToleranceSeconds },
        principalRules: {
          subjectPrefix: `${tenantId}/`,
          claims: { subject: 'oid', name: NAMES, roles: roleClaims },
          roleMapping,
        },
        pemOf: pemOfKey(issuerKeys({ issuer, discoveryUrl }, { fetchJson, log, now })),
      },
    ]),
  );
  const issuerOf = claimedIssuer(known, log, now);
  const verifyBearer = bearerStrategy(settings.clientId, clockToleranceSeconds);
  const cache = tokenCache(now);
  const tokenOf = tokenReader();

  async function verify(token: string, key: string): Promise<Principal> {
    const { header, claims } = decode(token);
    const { name, rules, principalRules, pemOf } = issuerOf(claims);
    // Before the signature, so that a token that cannot hold costs neither its check nor a read of keys.
    refuseFault(tokenFault(header, claims, rules, now() / 1000));
    const audience = audienceIn(claims['aud'], audiences) ?? '';
    const pem = await pemOf(String(header['kid']));
    const verified = await verifyBearer(token, { pem, issuer: name, audience });
    if (!verified) throw invalidToken('the signature of the token is not valid');
    refuseFault(tokenFault(header, verified, rules, now() / 1000)); // of what was verified, not of what we decoded
    refuseWithoutRight(verified, settings);
    const expiresAt = Number(verified['exp']) + clockToleranceSeconds;
    const principal = { ...principalOf(verified, principalRules), signIn: name, expiresAt };
    cache.add(key, principal, expiresAt);
    return principal;
  }

  return (request) => {
    const { token, key } = tokenOf(request);
    return cache.get(key) ?? verify(token, key);
  };
}

function refuseFault(fault: string | undefined): void {
  if (fault !== undefined) throw invalidToken(fault);
}

/**
 * Every application of a tenant gets tokens for this one, unless the tenant requires an assignment. So a token must have
 * a scope (on behalf of a person) or an app role (of an application itself), as Microsoft asks of an API.
 * @throws GatewayError FORBIDDEN
 */
function refuseWithoutRight(claims: Claims, { requiredScopes, authorizationServers }: EntraSettings): void {
  const { scp, roles } = claims;
  const granted = typeof scp === 'string' ? scp.split(' ').filter(Boolean) : [];
  if (granted.length > 0) {
    if (requiredScopes.length === 0 || requiredScopes.some((each) => granted.includes(each))) return;
    const wanted = authorizationServers[0]?.scopes ?? [];
    throw insufficientScope(`the token has none of the scopes ${requiredScopes.join(', ')}`, wanted);
  }
  if (Array.isArray(roles) && roles.length > 0) return;
  throw insufficientScope(
    'the token has neither a scope nor an app role of this application; assign an app role to the caller, or request a scope',
    [],
  );
}

/** The key in the form that the package takes. Each is converted once. */
function pemOfKey(keys: JWTVerifyGetKey): (kid: string) => Promise<string> {
  const known = new WeakMap<object, string>();
  return async (kid) => {
    try {
      const key = (await keys({ alg: ENTRA_ALGORITHM, kid }, { payload: '', signature: '' })) as CryptoKey;
      const pem = known.get(key) ?? KeyObject.from(key).export({ type: 'spki', format: 'pem' }).toString();
      known.set(key, pem);
      return pem;
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      const isUnknown = error instanceof errors.JWKSNoMatchingKey;
      throw invalidToken(
        isUnknown ? 'the token is signed with a key that its issuer does not publish' : 'the token cannot be verified',
        error,
      );
    }
  };
}
