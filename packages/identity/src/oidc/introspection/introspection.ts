import { decodeJwt } from 'jose';
import { isOurKey } from '../../api-keys/api-key.js';
import { callerOf, type Claims } from '../claims.js';
import { claimedIssuer, type VerifierParts } from '../claimed-issuer.js';
import { jsonFetcher } from '../fetch-json.js';
import type { ChangingIssuers } from '../followed-issuers.js';
import { foreignPrefixes } from '../issuer.js';
import { claimsIn } from './answer.js';
import { introspectionEndpoint } from './endpoint.js';
import { type IntrospectedTokens, IntrospectedTokenTable, MAX_CALLS } from './tokens.js';

/** Sign-in by tokens of OpenID Connect issuers, as configured. */
export interface OidcSettings extends ChangingIssuers {
  /** Of the client with which one of them is asked about tokens; it may change. */
  introspectionSecret?: (() => string) | undefined;
}

/** The tokens that the introspection endpoint of an issuer verifies; undefined when no issuer is configured so. */
export function introspectedTokens(
  from: OidcSettings,
  { log, now = Date.now, fetchJson = jsonFetcher() }: Pick<VerifierParts, 'log' | 'now' | 'fetchJson'>,
): IntrospectedTokens | undefined {
  const known = () => {
    const settings = from.issuers.find((each) => each.introspection);
    return settings && { settings, foreignPrefixes: foreignPrefixes(settings, from.issuers) };
  };
  const first = known();
  const { introspection, issuer } = first?.settings ?? {};
  if (!first || !introspection || issuer === undefined) return undefined;
  const { introspectionSecret } = from;
  if (!introspectionSecret) throw new Error('introspection without OIDC_INTROSPECTION_SECRET');
  let current = first;
  from.onIssuersChange?.(() => (current = known() ?? current));
  const checkIssuer = claimedIssuer(new Map([[issuer, first]]), log, now);
  return new IntrospectedTokenTable({
    takes: (token) => !isOurKey(token) && isAskedAbout(token, issuer, introspection.tokens === 'all'),
    introspect: introspectionEndpoint({
      issuer,
      settings: introspection,
      secret: introspectionSecret,
      fetchJson,
      connections: MAX_CALLS,
      now,
    }),
    callerOf(answer) {
      const claims = claimsIn(answer, current.settings, now() / 1000);
      if (claims['iss'] !== undefined) checkIssuer(claims);
      return callerOf(claims, current);
    },
    cacheSeconds: introspection.cacheSeconds,
    log,
    now,
  });
}

/** Whether a token is no JWT, or one of the issuer that is asked about its JWTs, too. */
function isAskedAbout(token: string, issuer: string, alsoJwts: boolean): boolean {
  let claims: Claims;
  try {
    claims = decodeJwt(token);
  } catch {
    return true; // opaque
  }
  return alsoJwts && claims['iss'] === issuer;
}
