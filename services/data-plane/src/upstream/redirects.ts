import type { IncomingMessage } from 'node:http';
import { headerValue } from '@mcp-gateway/protocol';
import { type Endpoint, mcpPathOf, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { localhostOrigin } from '@mcp-gateway/platform/serving';
import type { Dispatcher } from 'undici';
import type { ReferenceTo } from '../request/reference.js';

/** The target of a redirect. */
interface Target {
  path: string;
  /** With the question mark, or empty. */
  query: string;
  /** On the server that redirects. */
  isOwn: boolean;
}

const MAX_KNOWN = 16;

/**
 * The paths of an endpoint that its redirects have replaced. Later requests use the new path at once, so a client that
 * does not know of the redirects pays for each only once.
 */
export class Redirects {
  #known: Map<string, string> | undefined;

  constructor(private readonly endpoint: Pick<Endpoint, 'url' | 'remote'>) {}

  /** The path of the request, after the known redirects. */
  pathOf(options: Dispatcher.DispatchOptions): string {
    if (!this.#known) return options.path;
    const [path, query] = split(options.path);
    const known = this.#known.get(`${options.method} ${path}`);
    return known === undefined ? options.path : known + query;
  }

  /** Forgets a redirect: the path may serve something else now. */
  forget(options: Dispatcher.DispatchOptions): void {
    this.#known?.delete(`${options.method} ${split(options.path)[0]}`);
  }

  /**
   * The path to repeat the request at; undefined when a redirect cannot or must not be followed (RFC 9110 §15.4).
   * @param options of the original request
   * @param path to which the request was sent
   */
  follow(options: Dispatcher.DispatchOptions, path: string, status: number, location: string): string | undefined {
    const target = targetOf(this.endpoint, { ...options, path }, location);
    if (!target?.isOwn || !keepsMethod(status, options.method, path, target)) return undefined;
    const to = target.path + target.query;
    if (to === path) return undefined;
    const [asked, query] = split(options.path);
    if (query === target.query && isForAll(status, asked, target.path)) {
      this.#learn(`${options.method} ${asked}`, target.path);
    }
    return isHeld(options.body) ? to : undefined;
  }

  #learn(key: string, path: string): void {
    this.#known ??= new Map();
    if (this.#known.size < MAX_KNOWN || this.#known.has(key)) this.#known.set(key, path);
  }
}

/**
 * 301 and 302 leave it open whether a POST becomes a GET. For a redirect that only adds or removes a slash at the end,
 * no server means a GET. Where the query differs as well, the server may have run the call and point to its result.
 */
function keepsMethod(status: number, method: string, path: string, to: Target): boolean {
  if (status === 307 || status === 308) return true;
  if (status !== 301 && status !== 302) return false;
  const [from, query] = split(path);
  return method === 'GET' || (from !== to.path && isSamePath(from, to.path) && ['', query].includes(to.query));
}

/** Whether later requests may use the path at once: a temporary redirect may be for this caller only (RFC 9111 §3). */
const isForAll = (status: number, from: string, to: string): boolean =>
  status === 301 || status === 308 || isSamePath(from, to);

const isHeld = (body: unknown): boolean => body == null || typeof body === 'string' || Buffer.isBuffer(body);

/**
 * Translates a server's `Location` for the client; undefined for none.
 * @param clientPath the client's path for a path of the server, if the client can reach it
 * @throws GatewayError UPSTREAM_INVALID for a redirect to a URL that the client cannot reach
 */
export function locationFor(
  endpoint: Endpoint,
  options: Dispatcher.DispatchOptions,
  {
    status,
    location,
    clientPath,
  }: { status: number; location: string; clientPath: (path: string) => string | undefined },
): string | undefined {
  const target = targetOf(endpoint, options, location);
  const isRedirect = status >= 300 && status < 400 && status !== 304;
  const canBeSent = target?.isOwn && status !== 307 && status !== 308; // the gateway should have followed these itself
  const seen = canBeSent ? clientPath(target.path) : undefined;
  // The query of a remote URL is none of the client's.
  if (seen !== undefined) return seen + (endpoint.path.includes('?') ? '' : (target?.query ?? ''));
  if (!isRedirect) return undefined;
  const path = JSON.stringify(target?.path ?? '').slice(0, 200);
  if (target && endpoint.remote) throw remoteRedirect(target.isOwn, path);
  throw new GatewayError('UPSTREAM_INVALID', {
    detail: !target
      ? 'the server redirects to an invalid URL'
      : target.isOwn
        ? `the server redirects to ${path}; set the adapter's "path" to it, if that is its MCP endpoint`
        : `the server redirects to another host; if that is the server's own name, set the adapter's "path" to ${path}`,
  });
}

/** The other server is not named to clients; GET /adapters/{name}/status names it to those who may read the adapter. */
const remoteRedirect = (isOwn: boolean, path: string): GatewayError =>
  new GatewayError('UPSTREAM_INVALID', {
    detail: isOwn
      ? `the server redirects to ${path}; change the path in remote.url of the adapter to it, if that is its MCP endpoint`
      : 'the server redirects to another host or another scheme, which the gateway does not follow; set remote.url of the ' +
        "adapter to the server's own URL, which GET /adapters/{name}/status names",
  });

/**
 * Returns the client's path for a path of the server: `/mcp`, with or without a slash at its end, is
 * `/adapters/{name}/mcp`. A tool router has the paths that clients see, and no older transport.
 */
export const clientPathFor =
  (referenceTo: ReferenceTo, { req, route, endpoint }: { req: IncomingMessage; route: Route; endpoint: Endpoint }) =>
  (path: string): string | undefined => {
    const [own] = split(endpoint.path);
    const isStream = route.kind === 'adapter' && isSamePath(path, streamPath(own));
    const seen = isSamePath(path, own) ? mcpPathOf(route) : isStream ? `/adapters/${route.name}/sse` : undefined;
    return seen && referenceTo(seen, req.url ?? '');
  };

/**
 * The path of a server's stream: `/sse` beside the adapter's path, which is `/sse` itself for servers with no other
 * endpoint.
 */
export function streamPath(endpointPath: string): string {
  const [path, query] = split(endpointPath);
  const plain = path.endsWith('/') ? path.slice(0, -1) : path;
  return `${plain.slice(0, plain.lastIndexOf('/') + 1) || '/'}sse${query}`;
}

/** @param query of the client, with the question mark, or empty; that of a remote URL precedes it */
export const pathWithQuery = (path: string, query: string): string =>
  query !== '' && path.includes('?') ? `${path}&${query.slice(1)}` : path + query;

/**
 * A server may call itself by the host in its endpoint's URL, or by the host that the request named. Schemes are not
 * compared: a server may derive its own from `X-Forwarded-Proto`. A remote server gets neither, so its origin is its
 * URL's: over another scheme it is another server.
 */
function targetOf(
  endpoint: Pick<Endpoint, 'url' | 'remote'>,
  { path, headers }: Dispatcher.DispatchOptions,
  location: string,
): Target | undefined {
  const base = new URL(endpoint.url + path); // a path that begins with two slashes must not be parsed as a host
  if (!URL.canParse(location, base.href)) return undefined;
  const { protocol, host, pathname, search, origin } = new URL(location, base);
  if (endpoint.remote) return { path: pathname, query: search, isOwn: origin === base.origin };
  const flat = Array.isArray(headers) ? headers : [];
  const names = [
    base.host,
    new URL(localhostOrigin(endpoint.url).origin).host,
    headerValue(flat, 'host'),
    headerValue(flat, 'x-forwarded-host'),
  ];
  return { path: pathname, query: search, isOwn: /^https?:$/.test(protocol) && names.includes(host) };
}

const isSamePath = (a: string, b: string): boolean => withoutSlash(a) === withoutSlash(b);
const withoutSlash = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : path);

function split(path: string): [path: string, query: string] {
  const at = path.indexOf('?');
  return at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at)];
}
