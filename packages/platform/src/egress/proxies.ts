import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { GatewayError } from '@mcp-gateway/common/errors';

/** Names the HTTP proxy for a server; undefined for a direct connection. */
export type ProxyChoice = (server: { protocol: string; hostname: string; port: string }) => URL | undefined;

const DEFAULT_PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' };

/**
 * The proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, in either case. An entry of `NO_PROXY` is `*`, a host, a host
 * with a port, or a suffix such as `.example.com`.
 */
export function proxiesOf(environment: Record<string, string | undefined>): ProxyChoice {
  const setting = (name: string) => environment[name.toLowerCase()] || environment[name] || '';
  const http = proxyUrl(setting('HTTP_PROXY'));
  const https = proxyUrl(setting('HTTPS_PROXY'));
  const direct = setting('NO_PROXY')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return ({ protocol, hostname, port }) => {
    const host = hostname.replaceAll(/[[\]]/g, '').toLowerCase();
    const isDirect = direct.some((entry) => matches(entry, host, port || DEFAULT_PORTS[protocol]));
    return isDirect ? undefined : protocol === 'https:' ? https : http;
  };
}

/** A proxy may be named without its scheme. */
function proxyUrl(setting: string): URL | undefined {
  if (setting === '') return undefined;
  const url = URL.parse(setting.includes('://') ? setting : `http://${setting}`);
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

function matches(entry: string, host: string, port: string | undefined): boolean {
  if (entry === '*') return true;
  // An IPv6 address without brackets has no port.
  const [, bracketed = entry, at] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (at !== undefined && at !== port) return false;
  const name = bracketed.replaceAll(/[[\]]/g, '');
  const suffix = name.replace(/^\*?\./, '');
  return host === suffix || (suffix !== name && host.endsWith(`.${suffix}`));
}

export interface TunnelTo {
  hostname: string;
  port: string;
}

/**
 * A connection to the server through the proxy (CONNECT, RFC 9110 §9.3.6).
 * @throws GatewayError UPSTREAM_REFUSED
 */
export function openTunnel(proxy: URL, { hostname, port }: TunnelTo, timeoutMs: number): Promise<Socket> {
  const target = `${hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname}:${port}`;
  const user = decodeURIComponent(proxy.username);
  const credentials = user && Buffer.from(`${user}:${decodeURIComponent(proxy.password)}`).toString('base64');
  const begin = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) =>
      reject(new GatewayError('UPSTREAM_REFUSED', { detail: `the HTTP proxy of the gateway ${why}`, cause }));
    const request = begin({
      host: proxy.hostname.replaceAll(/[[\]]/g, ''),
      port: proxy.port || DEFAULT_PORTS[proxy.protocol],
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...(credentials && { 'proxy-authorization': `Basic ${credentials}` }) },
      agent: false,
      timeout: timeoutMs,
    });
    const late = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      clearTimeout(late);
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        return fail(`answers CONNECT with ${statusCode}`);
      }
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', (response) => {
      response.destroy();
      fail(`answers CONNECT with ${response.statusCode}`);
    });
    request.once('error', (error) => {
      clearTimeout(late);
      fail('cannot be reached', error);
    });
    request.end();
  });
}
