import type { IncomingHttpHeaders } from 'node:http';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError, unavailable } from '@mcp-gateway/common/errors';
import { localhostOrigin } from '@mcp-gateway/platform/serving';
import { type Dispatcher, Pool } from 'undici';
import { Redirects } from './redirects.js';

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

export type Dispatch = Dispatcher.DispatchOptions & {
  /** The answer stays open for later messages of the server. Default: true for GET. */
  isStream?: boolean;
};

interface Upstream {
  pool: Pool;
  redirects: Redirects;
  active: { streams: number; calls: number };
  /** Set once the endpoint is no longer routed. */
  retiring?: NodeJS.Timeout | undefined;
}

/** A request, across all redirects. */
interface PendingRequest {
  options: Dispatch;
  handler: Dispatcher.DispatchHandler;
  redirects: number;
  aborted?: Error;
}

const CONNECT_MS = 3_000;
/** More redirects are taken for a loop. */
const MAX_REDIRECTS = 3;
/** Bytes read of a redirect's body, so that its connection can be reused. */
const MAX_REDIRECT_BYTES = 64 * 1024;
const MAX_REDIRECT_MS = 1_000;
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
}

/** Statuses with which a server, or a proxy in front of it, reports overload or failure. */
const OVERBURDENED = new Set([502, 503, 504]);

/** Connections to replicas: one pool for each endpoint id, so a replica's successor never gets its connections. */
export function createUpstreams({
  timeoutMs,
  onOutcome = () => {},
  retireMs = RETIRE_MS,
  maxActive = MAX_ACTIVE,
}: UpstreamsOptions): Upstreams {
  const upstreams = new Map<string, Upstream>();

  function upstreamOf(endpoint: Endpoint): Upstream {
    const { id, url } = endpoint;
    let upstream = upstreams.get(id);
    if (!upstream) {
      const pool = openPool(url, timeoutMs, maxActive.streams + maxActive.calls);
      upstreams.set(id, (upstream = { pool, redirects: new Redirects(endpoint), active: { streams: 0, calls: 0 } }));
    }
    return upstream;
  }

  function retire(id: string, { pool }: Upstream) {
    upstreams.delete(id);
    const cause = new Error('the replica has left the routes');
    void pool.destroy(new GatewayError('UPSTREAM_GONE', { cause })).catch(() => {});
  }

  /** Sends a request to its current path. */
  function send(endpoint: Endpoint, pending: PendingRequest, path: string): void {
    const upstream = upstreamOf(endpoint);
    const { active, pool, redirects } = upstream;
    const { options } = pending;
    const kind = (options.isStream ?? options.method === 'GET') ? 'streams' : 'calls';
    if (active[kind] >= maxActive[kind]) throw tooManyActive(kind);
    active[kind] += 1;
    const attempt = new Attempt(pending, {
      ended: () => void (active[kind] -= 1),
      onOutcome: (outcome) => onOutcome(endpoint, outcome),
      follow(status, location) {
        if (status === 404 && path !== options.path) redirects.forget(options);
        return location === undefined ? undefined : redirects.follow(options, path, status, location);
      },
      send: (next) => send(endpoint, pending, next),
    });
    pool.dispatch(path === options.path ? options : { ...options, path }, attempt);
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
      const kept = new Set(Array.from(endpoints, ({ id }) => id));
      for (const [id, upstream] of upstreams)
        retireUnless(kept.has(id), upstream, () => retire(id, upstream), retireMs);
    },
    async close() {
      for (const { retiring } of upstreams.values()) clearTimeout(retiring);
      await Promise.all(Array.from(upstreams.values(), ({ pool }) => pool.destroy()));
    },
  };
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

function openPool(url: string, timeoutMs: number, connections: number): Pool {
  const { origin, lookup } = localhostOrigin(url);
  return new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: CONNECT_MS, ...(lookup && { lookup }) },
    headersTimeout: timeoutMs,
    bodyTimeout: 0, // a stream may be silent without limit; proxy.ts limits other bodies
  });
}

function tooManyActive(kind: 'streams' | 'calls'): GatewayError {
  return unavailable(`the replica has too many open ${kind}`, { retryAfterSeconds: 1 });
}

interface AttemptHooks {
  ended(): void;
  onOutcome(outcome: 'answered' | 'failed'): void;
  /** The path that the answer redirects to, if the redirect may be followed. */
  follow(status: number, location: string | undefined): string | undefined;
  send(path: string): void;
}

/** One request to an endpoint. The answer goes to the handler, unless it is a redirect that is followed. */
class Attempt implements Dispatcher.DispatchHandler {
  /** Set once a redirect has been followed. */
  #redirectBody: RedirectBody | undefined;

  constructor(
    private readonly pending: PendingRequest,
    private readonly hooks: AttemptHooks,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    const { aborted, handler } = this.pending;
    if (aborted) return controller.abort(aborted);
    handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    message?: string,
  ): void {
    const { pending, hooks } = this;
    if (status >= 200) hooks.onOutcome(OVERBURDENED.has(status) ? 'failed' : 'answered');
    const next = hooks.follow(status, status >= 300 && status < 400 ? headers['location']?.toString() : undefined);
    if (next === undefined || pending.redirects >= MAX_REDIRECTS) {
      return pending.handler.onResponseStart?.(controller, status, headers, message);
    }
    this.#redirectBody = new RedirectBody(controller);
    pending.redirects += 1;
    try {
      hooks.send(next);
    } catch (error) {
      pending.handler.onResponseError?.(controller, error as Error);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#redirectBody) this.#redirectBody.take(chunk.length);
    else this.pending.handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.hooks.ended();
    if (this.#redirectBody) this.#redirectBody.end();
    else this.pending.handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    const { pending, hooks } = this;
    hooks.ended();
    if (isOfConnection(error)) hooks.onOutcome('failed');
    if (!this.#redirectBody) return pending.handler.onResponseError?.(controller, error);
    if (!this.#redirectBody.end() && !isOfConnection(error)) pending.aborted = error; // before the next request has begun
  }
}

/** The body of a followed redirect. */
class RedirectBody {
  #bytes = 0;
  #isTooMuch = false;
  readonly #late: NodeJS.Timeout;

  constructor(private readonly controller: Dispatcher.DispatchController) {
    this.#late = setTimeout(() => this.#giveUp(), MAX_REDIRECT_MS);
  }

  take(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_REDIRECT_BYTES) this.#giveUp();
  }

  /** @returns whether the body ended, or was aborted, as intended */
  end(): boolean {
    clearTimeout(this.#late);
    return this.#isTooMuch;
  }

  #giveUp(): void {
    this.#isTooMuch = true;
    this.controller.abort(new Error('the rest of a redirect'));
  }
}

/** False for aborts by this side, which have errors of their own. */
const isOfConnection = (error: Error & { code?: string }) =>
  !(error instanceof GatewayError) && error.code !== undefined && error.code !== 'UND_ERR_ABORTED';
