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
    throw new GatewayError('SIGN_IN_REQUIRED', {
      detail: 'send an access token in the header Authorization: Bearer',
      reason: 'no token',
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  if (authorization.length > MAX_TOKEN_CHARACTERS) {
    throw invalidToken(`the token is longer than ${MAX_TOKEN_CHARACTERS} characters`);
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw invalidToken('Authorization must be "Bearer", a space and one token');
  return token;
}

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
