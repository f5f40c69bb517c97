import type { IncomingHttpHeaders } from 'node:http';
import { hostnameOf, isLoopback } from '../config/fields.js';
import type { PublicUrl } from '../config/urls.js';
import { GatewayError } from '@mcp-gateway/common/errors';

export interface BrowserAccess {
  /** Origins, such as `https://portal.example.com`, whose pages may call. */
  allowedOrigins: readonly string[];
  /** Names, without ports, by which the service may be called beside those of this machine. Empty: any, unless on loopback. */
  allowedHosts: readonly string[];
  /** Pages of any origin may read what is below this path. */
  openPath?: string | undefined;
  /** The service listens on loopback: then its own pages may call. */
  loopback: boolean;
}

/**
 * Headers of every answer that is no page of the gateway's own. Answers contain text of callers and of servers, so a
 * browser that shows one must not take it for a page, run its scripts, or give it the gateway's origin.
 */
export const CONTAINED = { 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' } as const;

/** As the settings of a service say. */
export const browserAccess = (config: {
  MCP_GATEWAY_ALLOWED_ORIGINS: readonly string[];
  MCP_GATEWAY_ALLOWED_HOSTS: readonly string[];
  MCP_GATEWAY_HOST: string;
  MCP_GATEWAY_PUBLIC_URL?: PublicUrl | undefined;
}): BrowserAccess => {
  const allowedHosts = config.MCP_GATEWAY_ALLOWED_HOSTS;
  const loopback = isLoopback(config.MCP_GATEWAY_HOST);
  const publicHost = config.MCP_GATEWAY_PUBLIC_URL?.hostname;
  const isAnyAllowed = !loopback && allowedHosts.length === 0;
  return {
    allowedOrigins: config.MCP_GATEWAY_ALLOWED_ORIGINS,
    allowedHosts: publicHost === undefined || isAnyAllowed ? allowedHosts : [...allowedHosts, publicHost],
    loopback,
  };
};

/** Whether pages of any origin may read what is at a URL. */
export const isOpenToPages = (url: string | undefined, { openPath }: BrowserAccess): boolean =>
  openPath !== undefined && url !== undefined && url.startsWith(openPath);

/**
 * Refuses what a web page of another site makes a browser send (MCP 2025-11-25, transports, security warning).
 * @param isDocument the request has no effect, so a link of another site may lead to it
 * @throws GatewayError HOST_NOT_ALLOWED, ORIGIN_NOT_ALLOWED
 */
export function checkBrowserAccess(headers: IncomingHttpHeaders, access: BrowserAccess, isDocument = false): void {
  checkHost(headers.host, access);
  const { origin } = headers;
  if (origin === undefined) return checkSite(headers, access, isDocument);
  if (access.allowedOrigins.includes(origin)) return;
  if (access.loopback && isLoopback(hostnameOf(origin))) return;
  throw new GatewayError('ORIGIN_NOT_ALLOWED', {
    detail: 'the operator can add the origin to MCP_GATEWAY_ALLOWED_ORIGINS',
  });
}

/**
 * A browser names no origin on a GET for an image, a frame or a script. `Sec-Fetch-Site` names the page that requests (Fetch Metadata
 * Request Headers §2.3). It is absent from clients that are no browsers, and from browsers that call over plain HTTP beyond loopback.
 */
function checkSite(headers: IncomingHttpHeaders, { loopback }: BrowserAccess, isDocument: boolean): void {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return;
  // Another port of this machine.
  if (site === 'same-site' && loopback && isLoopback(hostnameOf(`http://${headers.host ?? ''}`))) return;
  // Somebody follows a link. A frame would be another destination.
  if (isDocument && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document') return;
  throw new GatewayError('ORIGIN_NOT_ALLOWED', {
    detail: `a page of another site caused this request (Sec-Fetch-Site: ${site}), and the request has no Origin header`,
  });
}

/**
 * `Host` reveals DNS rebinding: the browser believes it talks to another site, which has pointed its name at this service.
 * Nobody else can point the names of loopback anywhere, so they are honest wherever the service listens.
 */
function checkHost(host: string | undefined, { allowedHosts, loopback }: BrowserAccess): void {
  const name = hostnameOf(`http://${host ?? ''}`);
  if (isLoopback(name) || allowedHosts.includes(name)) return;
  if (!loopback && allowedHosts.length === 0) return;
  // On loopback, who calls is most often the operator.
  const detail = loopback
    ? 'use localhost or 127.0.0.1 in the URL, or add the name to MCP_GATEWAY_ALLOWED_HOSTS'
    : 'the operator can add the host name to MCP_GATEWAY_ALLOWED_HOSTS';
  throw new GatewayError('HOST_NOT_ALLOWED', { detail });
}
