import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { GatewayError } from '@mcp-gateway/common/errors';
import { RequestBody, tooLarge } from '../request-body.js';

export interface Limits {
  bodyBytes: number;
}

/**
 * Bounds what a client sends; returns the body to forward, or null when there is none.
 * @throws GatewayError METHOD_NOT_ALLOWED, TOO_LARGE; the stream fails with TOO_LARGE when it grows too long
 */
export function limit(req: IncomingMessage, { bodyBytes }: Limits, methods: readonly string[]): Readable | null {
  if (!methods.includes(req.method ?? '')) {
    const allow = methods.join(', ');
    throw new GatewayError('METHOD_NOT_ALLOWED', { detail: `it is used with ${allow}`, headers: { allow } });
  }
  const length = req.headers['content-length'];
  if (length === undefined && req.headers['transfer-encoding'] === undefined) return null;
  if (Number(length) > bodyBytes) throw tooLarge(bodyBytes);
  return Number(length) === 0 ? null : new RequestBody(req, bodyBytes);
}
