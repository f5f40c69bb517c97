import type { IncomingMessage } from 'node:http';
import { headerValue } from '@mcp-gateway/protocol';
import type { Forwarded } from './forwarded.js';

/** The URL at which the client of a request sees the root of the gateway, without a slash at its end. */
export type PublicUrlOf = (req: IncomingMessage) => string;

/**
 * The configured URL. If only its path is configured, or nothing, the rest is what the request was sent to; a proxy
 * says that only if the gateway trusts it.
 * @param publicUrl without a slash at its end; a path when only that is configured
 */
export function publicUrlOf(publicUrl: string | undefined, forwarded: Forwarded): PublicUrlOf {
  const path = publicUrl ?? '';
  if (path !== '' && !path.startsWith('/')) return () => path;
  return (req) => {
    const flat = forwarded(req);
    const host = headerValue(flat, 'x-forwarded-host') ?? 'localhost';
    return `${headerValue(flat, 'x-forwarded-proto') ?? 'http'}://${host}${path}`;
  };
}
