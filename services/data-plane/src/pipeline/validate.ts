import type { IncomingMessage } from 'node:http';
import { GatewayError, tooLarge } from '@mcp-gateway/common/errors';
import type { RequestBody } from '../request/body.js';

export interface Limits {
  bodyBytes: number;
}

/**
 * Limits the request. Returns the body, or null when there is none.
 * @throws GatewayError METHOD_NOT_ALLOWED, TOO_LARGE; reading a body that grows too long also throws TOO_LARGE
 */
export function validate(req: IncomingMessage, { bodyBytes }: Limits, methods: readonly string[]): RequestBody | null {
  if (!methods.includes(req.method ?? '')) {
    const allow = methods.join(', ');
    throw new GatewayError('METHOD_NOT_ALLOWED', { detail: `use one of ${allow}`, headers: { allow } });
  }
  const given = req.headers['content-length'];
  if (given === undefined && req.headers['transfer-encoding'] === undefined) return null;
  const length = given === undefined ? undefined : Number(given);
  if (length !== undefined && length > bodyBytes) throw tooLarge(bodyBytes);
  return length === 0 ? null : { req, maxBytes: bodyBytes, length };
}
