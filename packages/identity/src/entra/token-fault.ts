import type { Claims } from '../oidc/claims.js';
import { audienceIn } from '../oidc/audience.js';
import { ENTRA_ALGORITHM } from './strategy.js';

export interface TokenRules {
  tenantId: string;
  audiences: readonly string[];
  clockToleranceSeconds: number;
}

/**
 * Says what is wrong with a token, apart from its signature. The package gives the same reason for every fault, and it
 * checks neither `tid` nor `crit`.
 * @param nowSeconds since the epoch
 */
export function tokenFault(
  header: Claims,
  claims: Claims,
  { tenantId, audiences, clockToleranceSeconds }: TokenRules,
  nowSeconds: number,
): string | undefined {
  if (header['alg'] !== ENTRA_ALGORITHM) return 'the token is signed with an algorithm that is not accepted';
  // The package ignores `crit` (RFC 7515 §4.1.11) and reads the claims of type JWT only.
  if (Object.hasOwn(header, 'crit') || header['typ'] !== 'JWT') return 'the token cannot be verified';
  if (typeof header['kid'] !== 'string') return 'the token is signed with a key that its issuer does not publish';
  if (claims['tid'] !== tenantId) return 'tid of the token names another tenant than its iss';
  // Each access token names the application that it was issued to, in version 1.0 and in 2.0; no ID token does.
  if (typeof claims['appid'] !== 'string' && typeof claims['azp'] !== 'string') {
    return 'the token is no access token; an ID token is not accepted';
  }
  const { aud, exp, nbf } = claims;
  if (typeof aud !== 'string' || audienceIn(aud, audiences) === undefined) return 'the token is for another audience';
  if (typeof exp !== 'number') return 'the claim exp of the token is not valid';
  if (nowSeconds >= exp + clockToleranceSeconds) return 'the token has expired';
  if (nbf === undefined) return undefined;
  if (typeof nbf !== 'number') return 'the claim nbf of the token is not valid';
  return nbf > nowSeconds + clockToleranceSeconds ? 'the token is not valid yet' : undefined;
}
