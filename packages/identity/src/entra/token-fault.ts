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
  const { aud, exp, nbf } = claims;
  if (typeof aud !== 'string' || audienceIn(aud, audiences) === undefined) return 'the token is for another audience';
  if (typeof exp !== 'number') return 'the claim exp of the token is not valid';
  if (nowSeconds >= exp + clockToleranceSeconds) return 'the token has expired';
  if (nbf === undefined) return undefined;
  if (typeof nbf !== 'number') return 'the claim nbf of the token is not valid';
  return nbf > nowSeconds + clockToleranceSeconds ? 'the token is not valid yet' : undefined;
}
