import type { IncomingMessage } from 'node:http';
import { headerValue } from '@mcp-gateway/protocol';
import type { Forwarded } from './forwarded.js';

/** The URL at which the client of a request sees the root of the gateway, without a slash at its end. */
export type PublicUrlOf = (req: IncomingMessage) => string;

/**
 * The configured URL, else what the request was sent to; for that a proxy counts only when it is trusted.
 * @param publicUrl as configured; undefined when it is not
 */
export function publicUrlOf(publicUrl: string | undefined, forwarded: Forwarded): PublicUrlOf {
  if (publicUrl !== undefined) {
    const configured = publicUrl.replace(/\/$/, '');
    return () => configured;
  }
  return (req) => {
    const flat = forwarded(req);
    const host = headerValue(flat, 'x-forwarded-host') ?? 'localhost';
    return `${headerValue(flat, 'x-forwarded-proto') ?? 'http'}://${host}`;
  };
}
