import { OidcIssuers, oidcVerifier } from '@mcp-gateway/identity';
import type { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import type { TestIssuer } from './issuer.js';

/** The header `Authorization` of a request, and its other headers. */
export type Verify = (authorization: string | undefined, headers?: object) => Promise<Principal>;

/** A verifier of the issuer and perhaps of others, which has read nothing yet. */
export function verifierOf(
  { issuer }: TestIssuer,
  { log, now }: Pick<Parameters<typeof oidcVerifier>[1], 'log' | 'now'>,
  settings: object = {},
  others: object[] = [],
): Verify {
  const issuers = OidcIssuers.parse(
    JSON.stringify([{ issuer, audiences: ['other', 'gateway'], ...settings }, ...others]),
  );
  const verifier = oidcVerifier(issuers, { log, ...(now && { now }) });
  return async (authorization, headers = {}) =>
    verifier({ headers: { ...(authorization !== undefined && { authorization }), ...headers } });
}

/** The error that it rejects with, in the parts that a caller sees; the principal if it does not reject. */
export const refusal = (verifying: Promise<Principal>) =>
  verifying.then(
    (principal) => ({ principal }),
    ({ code, detail, headers }: GatewayError) => ({ code, detail, challenge: headers['www-authenticate'] }),
  );
