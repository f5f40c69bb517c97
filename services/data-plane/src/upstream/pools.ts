import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError, unavailable } from '@mcp-gateway/common/errors';
import { createEgress, type Egress, EGRESS_CONNECT_MS, tlsFault } from '@mcp-gateway/platform/egress';
import { localhostOrigin } from '@mcp-gateway/platform/serving';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import { Attempt, type Dispatch, type PendingRequest } from './attempt.js';
import type { ServerCertificates } from '../credentials/server-certificates.js';
import { Redirects } from './redirects.js';
import { type EndpointTls, isSameTls, tlsConnector } from './tls.js';

export interface Upstreams {
  /**
   * Starts a request, follows redirects within the endpoint, and counts the request until it ends: GET and other
   * requests that stay open as streams, all others as calls.
   * @throws GatewayError UNAVAILABLE when the endpoint has too many of the kind
   */
  dispatch(endpoint: Endpoint, options: Dispatch, handler: Dispatcher.DispatchHandler): void;
  /** Streams and calls. */
  inFlight(endpoint: Endpoint): number;
  /**
   * Call it with all endpoints after every change of the routes. Requests on other endpoints continue for a while, and
   * then end with UPSTREAM_GONE.
   */
  keepOnly(endpoints: Iterable<Endpoint>): void;
  close(): Promise<void>;
}

interface Upstream {
  pool: Pool;
  /** That one, and those of before a change of `tls`, whose requests go on. */
  pools: Set<Pool>;
  isTls: boolean;
  /** As the routes have it now; new connections use it. */
  tls: EndpointTls;
  redirects: Redirects;
  active: { streams: number; calls: number };
  /** Set once the endpoint is no longer routed. */
  retiring?: NodeJS.Timeout | undefined;
}

const CONNECT_MS = 3_000;
/** Else undici would open another connection for each Host. The connector knows the name. */
const SAME_NAME = 'server';
/** Each is a connection, so this bounds sockets as well. Idle streams cannot use up the places of calls. */
const MAX_ACTIVE = { streams: 4_000, calls: 4_000 };
/**
 * A replica leaves the routes when it starts to terminate, and then has up to 30 seconds to finish its requests. If
 * connections are open after that, the replica's machine has vanished, because nothing has closed them.
 */
const RETIRE_MS = 35_000;

export interface UpstreamsOptions {
  /** How long an answer may take to begin. */
  timeoutMs: number;
  /** Called with each answer that begins, and with each request that got none. */
  onOutcome?: (endpoint: Endpoint, outcome: 'answered' | 'failed') => void;
  /** How long requests continue on an endpoint that is no longer routed. */
  retireMs?: number;
  /** For each endpoint. */
  maxActive?: { streams: number; calls: number };
  /** For servers that speak TLS. Undefined: those of the system only. */
  certificates?: ServerCertificates | undefined;
  /** For servers that run elsewhere. Default: public addresses only, without a proxy. */
  egress?: Egress | undefined;
}

/** Connections to replicas: one pool for each endpoint id, so a replica's successor never gets its connections. */
export function createUpstreams({
  onOutcome = () => {},
  retireMs = RETIRE_MS,
  maxActive = MAX_ACTIVE,
  ...connecting
}: UpstreamsOptions): Upstreams {
  const upstreams = new Map<string, Upstream>();
  const pooled = { ...connecting, connections: maxActive.streams + maxActive.calls };

  function upstreamOf(endpoint: Endpoint): Upstream {
    let upstream = upstreams.get(endpoint.id);
    if (!upstream) upstreams.set(endpoint.id, (upstream = openUpstream(endpoint, pooled)));
    return upstream;
  }

  /** Sends a request to its current path. */
  function send(endpoint: Endpoint, pending: PendingRequest, path: string): void {
    const upstream = upstreamOf(endpoint);
    const { active, pool, redirects, isTls } = upstream;
    const { options } = pending;
    const kind = (options.isStream ?? options.method === 'GET') ? 'streams' : 'calls';
    if (active[kind] >= maxActive[kind]) throw tooManyActive(kind);
    active[kind] += 1;
    const attempt = new Attempt(pending, {
      ended: () => void (active[kind] -= 1),
      onOutcome(outcome, error) {
        if (error) noteRefusal(connecting.certificates, upstream, error);
        onOutcome(endpoint, outcome);
      },
      follow(status, location) {
        if (status === 404 && path !== options.path) redirects.forget(options);
        return location === undefined ? undefined : redirects.follow(options, path, status, location);
      },
      send: (next) => send(endpoint, pending, next),
    });
    if (isTls) pool.dispatch({ ...options, path, servername: SAME_NAME } as Dispatch, attempt);
    else pool.dispatch(path === options.path ? options : { ...options, path }, attempt);
  }

  return {
    dispatch(endpoint, options, handler) {
      send(endpoint, { options, handler, redirects: 0 }, upstreamOf(endpoint).redirects.pathOf(options));
    },
    inFlight({ id }) {
      const active = upstreams.get(id)?.active;
      return active ? active.streams + active.calls : 0;
    },
    keepOnly(endpoints) {
      const kept = new Map(Array.from(endpoints, (endpoint) => [endpoint.id, endpoint]));
      for (const [id, upstream] of upstreams) {
        const endpoint = kept.get(id);
        if (endpoint) useSettings(upstream, endpoint, pooled);
        const retire = () => void (upstreams.delete(id) && destroyPools(upstream));
        retireUnless(endpoint !== undefined, upstream, retire, retireMs);
      }
    },
    async close() {
      for (const { retiring } of upstreams.values()) clearTimeout(retiring);
      const pools = Array.from(upstreams.values(), (upstream) => [...upstream.pools]);
      await Promise.all(pools.flat().map((pool) => pool.destroy()));
    },
  };
}

function destroyPools({ pools }: Upstream): void {
  const cause = new Error('the replica has left the routes');
  for (const pool of pools) void pool.destroy(new GatewayError('UPSTREAM_GONE', { cause })).catch(() => {});
}

/** Retires an upstream after a while, unless it is routed again by then. */
function retireUnless(isKept: boolean, upstream: Upstream, retire: () => void, retireMs: number): void {
  if (isKept) {
    clearTimeout(upstream.retiring);
    upstream.retiring = undefined;
  } else {
    upstream.retiring ??= setTimeout(retire, retireMs).unref();
  }
}

const PUBLIC_ONLY = createEgress({ allowedNetworks: [] });

interface PoolOptions {
  timeoutMs: number;
  connections: number;
  certificates?: ServerCertificates | undefined;
  egress?: Egress | undefined;
}

function openUpstream(endpoint: Endpoint, options: PoolOptions): Upstream {
  const { url, tls } = endpoint;
  const pool = openPool(endpoint, () => upstream.tls, options);
  const upstream: Upstream = {
    pool,
    pools: new Set([pool]),
    isTls: url.startsWith('https:'),
    tls,
    redirects: new Redirects(endpoint),
    active: { streams: 0, calls: 0 },
  };
  return upstream;
}

/** No new request uses a connection of other certificates or of another name; requests on such connections go on. */
function useSettings(upstream: Upstream, endpoint: Endpoint, options: PoolOptions): void {
  const { tls } = endpoint;
  const { pools, pool: old } = upstream;
  const isSame = isSameTls(upstream.tls, tls);
  upstream.tls = tls;
  if (isSame || !upstream.isTls) return;
  upstream.pool = openPool(endpoint, () => upstream.tls, options);
  pools.add(upstream.pool);
  void old
    .close()
    .catch(() => {})
    .finally(() => pools.delete(old));
}

/** A server may refuse the client certificate after the handshake has ended for the client (RFC 8446 §4.4.2.4). */
function noteRefusal(
  certificates: ServerCertificates | undefined,
  { tls }: Upstream,
  { code }: Error & { code?: string },
): void {
  if (tls?.credential === undefined || !tlsFault(code, true)) return;
  const { name, resourceId, credential } = tls;
  certificates?.failed({ name, resourceId, credential });
}

function openPool(
  { url, remote }: Endpoint,
  settings: () => EndpointTls,
  { timeoutMs, connections, certificates, egress = PUBLIC_ONLY }: PoolOptions,
): Pool {
  const { origin, lookup } = remote ? { origin: new URL(url).origin, lookup: egress.lookup } : localhostOrigin(url);
  const options = { timeout: remote ? EGRESS_CONNECT_MS : CONNECT_MS, ...(lookup && { lookup }) };
  const isTls = origin.startsWith('https:');
  const secure = isTls && tlsConnector({ settings, certificates, options });
  const connect = secure || options;
  return new Pool(origin, {
    connections,
    pipelining: 1,
    connect: remote ? egress.connector(secure || buildConnector({ ...options, allowH2: false })) : connect,
    ...(isTls && { allowH2: false }),
    headersTimeout: timeoutMs,
    bodyTimeout: 0, // a stream may be silent without limit; proxy.ts limits other bodies
  });
}

function tooManyActive(kind: 'streams' | 'calls'): GatewayError {
  return unavailable(`the replica has too many open ${kind}`, { retryAfterSeconds: 1 });
}
