import { signInFields, tokenVerifier, type SignIn } from '@mcp-gateway/identity';
import type { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import type { TestIssuer } from './issuer.js';

/** The header `Authorization` of a request, and its other headers. */
export type Verify = (authorization: string | undefined, headers?: object) => Promise<Principal>;

/** @param issuers as in OIDC_ISSUERS */
export const oidcSignIn = (issuers: readonly object[]): SignIn => ({
  mode: 'oidc',
  issuers: signInFields.OIDC_ISSUERS.parse(JSON.stringify(issuers)) ?? [],
});

/** A verifier of the issuer and perhaps of others, which has read nothing yet. */
export const verifierOf = (
  { issuer }: TestIssuer,
  parts: Parameters<typeof tokenVerifier>[1],
  settings: object = {},
  others: object[] = [],
): Verify =>
  verifying(tokenVerifier(oidcSignIn([{ issuer, audiences: ['other', 'gateway'], ...settings }, ...others]), parts));

/** All its requests come over one connection, which must change nothing. */
export function verifying(verifier: ReturnType<typeof tokenVerifier>): Verify {
  const connection = {};
  return async (authorization, headers = {}) =>
    verifier({ connection, headers: { ...(authorization !== undefined && { authorization }), ...headers } });
}

/** The error that it rejects with, in the parts that a caller sees; the principal if it does not reject. */
export const refusal = (verification: Promise<Principal>) =>
  verification.then(
    (principal) => ({ principal }),
    ({ code, detail, headers }: GatewayError) => ({ code, detail, challenge: headers['www-authenticate'] }),
  );
