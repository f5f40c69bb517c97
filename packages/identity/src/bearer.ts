import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '@mcp-gateway/common/errors';

/** Longer tokens are refused unread; a token of 100 groups takes about 6 KiB. */
const MAX_TOKEN_CHARACTERS = 16 * 1024;
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/**
 * The token of `Authorization: Bearer` (RFC 6750 §2.1). A token in the query or the body does not count.
 * @throws GatewayError SIGN_IN_REQUIRED
 */
export function bearerToken({ authorization }: IncomingHttpHeaders): string {
  if (authorization === undefined || authorization === '') {
    throw noToken('send an access token in the header Authorization: Bearer');
  }
  if (authorization.length > MAX_TOKEN_CHARACTERS) {
    throw invalidToken(`the token is longer than ${MAX_TOKEN_CHARACTERS} characters`);
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw invalidToken('Authorization must be "Bearer", a space and one token');
  return token;
}

const NO_TOKEN = 'no token';

/** The refusal of a request that signs nobody in. @param detail how to sign in */
const noToken = (detail: string): GatewayError =>
  new GatewayError('SIGN_IN_REQUIRED', { detail, reason: NO_TOKEN, headers: { 'www-authenticate': 'Bearer' } });

/** The error of `bearerToken` for a request without a token, where an API key would do as well. Others stay as they are. */
export const offerApiKey = (error: unknown): unknown =>
  error instanceof GatewayError && error.code === 'SIGN_IN_REQUIRED' && error.reason === NO_TOKEN
    ? noToken(`${error.detail}, or an API key of this gateway in the header X-API-Key`)
    : error;

/**
 * The refusal of a token that does not hold (RFC 6750 §3.1).
 * @param detail in words of ours, because it goes into the audit; of printable ASCII without quotes and backslashes, because it
 *   goes into a header
 */
export function invalidToken(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('SIGN_IN_REQUIRED', {
    detail,
    reason: detail,
    headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${detail.replaceAll('"', "'")}"` },
    cause,
  });
}

/**
 * The refusal of a token that holds, but does not give enough (RFC 6750 §3.1).
 * @param detail as for `invalidToken`
 * @param scopes to request instead; one with `{resource}` is left out, because only the metadata can say it
 */
export function insufficientScope(detail: string, scopes: readonly string[]): GatewayError {
  const known = scopes.filter((scope) => !scope.includes('{resource}'));
  const scope = known.length > 0 ? `, scope="${known.join(' ')}"` : '';
  return new GatewayError('FORBIDDEN', {
    detail,
    reason: detail,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", error_description="${detail}"${scope}` },
  });
}
