import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../config/fields.js';
import { GatewayError } from '../errors/gateway-error.js';

export interface BrowserAccess {
  /** Origins, such as `https://portal.example.com`, whose pages may call. */
  allowedOrigins: readonly string[];
  /** The service listens on loopback: then only names of this machine are honest, and its own pages may call. */
  loopback: boolean;
}

/**
 * Refuses what a web page of another site makes a browser send (MCP 2025-11-25, transports, security warning). `Host` tells
 * DNS rebinding: the browser believes it talks to another site, which has pointed its name at this machine.
 * @throws GatewayError HOST_NOT_ALLOWED, ORIGIN_NOT_ALLOWED
 */
export function checkBrowserAccess(headers: IncomingHttpHeaders, { allowedOrigins, loopback }: BrowserAccess): void {
  if (loopback && !isLoopback(hostname(`http://${headers.host ?? ''}`))) {
    throw new GatewayError('HOST_NOT_ALLOWED', { detail: 'use localhost or 127.0.0.1 in the URL' });
  }
  const { origin } = headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return;
  if (loopback && isLoopback(hostname(origin))) return;
  throw new GatewayError('ORIGIN_NOT_ALLOWED', { detail: 'the operator can add it to MCP_GATEWAY_ALLOWED_ORIGINS' });
}

function hostname(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return '';
  }
}
