import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { localhostOrigin } from '@mcp-gateway/platform/serving';
import { type Dispatcher, Pool } from 'undici';
import { Redirects } from './redirects.js';

export interface Upstreams {
  /**
   * Starts a request, follows redirects within the endpoint, and counts it until it has ended: a GET and what else stays open as
   * streams, all others as calls.
   * @throws GatewayError UNAVAILABLE when the endpoint has too many of the kind
   */
  dispatch(endpoint: Endpoint, options: Dispatch, handler: Dispatcher.DispatchHandler): void;
  /** Streams and calls. */
  inFlight(endpoint: Endpoint): number;
  /**
   * To be called with all endpoints after every change of the routes. What is in flight on others goes on for a while, and
   * then ends with UPSTREAM_GONE.
   */
  keepOnly(endpoints: Iterable<Endpoint>): void;
  close(): Promise<void>;
}

export type Dispatch = Dispatcher.DispatchOptions & {
  /** The answer stays open for what the server will have to say. Default: of a GET. */
  isStream?: boolean;
};

interface Upstream {
  pool: Pool;
  redirects: Redirects;
  active: { streams: number; calls: number };
  /** Set once it is no longer routed to. */
  retiring?: NodeJS.Timeout | undefined;
}

/** A request, wherever it goes. */
interface PendingRequest {
  options: Dispatch;
  handler: Dispatcher.DispatchHandler;
  redirects: number;
  aborted?: Error;
}

const CONNECT_MS = 3_000;
/** A server that redirects more often does so in a circle. */
const MAX_REDIRECTS = 3;
/** What is read of the body of a redirect, so that its connection can be used again. */
const MAX_REDIRECT_BYTES = 64 * 1024;
const MAX_REDIRECT_MS = 1_000;
/** Each is a connection, so this bounds sockets as well. However many idle streams there are, calls have a place. */
const MAX_ACTIVE = { streams: 4_000, calls: 4_000 };
/**
 * A replica leaves the routes when it is told to end, and has up to 30 seconds then to finish what it is at. One whose
 * connections are open after that has vanished together with its machine, as nobody has closed them.
 */
const RETIRE_MS = 35_000;

export interface UpstreamsOptions {
  /** How long an answer may take to begin. */
  timeoutMs: number;
  /** Told of each answer that begins, and of each request that got none. */
  onOutcome?: (endpoint: Endpoint, outcome: 'answered' | 'failed') => void;
  /** How long requests go on on an endpoint that is no longer routed to. */
  retireMs?: number;
  /** On each endpoint. */
  maxActive?: { streams: number; calls: number };
}

/** Statuses with which a server, or what stands before it, says that it is not up to it. */
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
      const { origin, lookup } = localhostOrigin(url);
      const pool = new Pool(origin, {
        connections: maxActive.streams + maxActive.calls,
        pipelining: 1,
        connect: { timeout: CONNECT_MS, ...(lookup && { lookup }) },
        headersTimeout: timeoutMs,
        bodyTimeout: 0, // the quiet of a stream is not ours to end; forward.ts bounds the other bodies
      });
      upstreams.set(id, (upstream = { pool, redirects: new Redirects(endpoint), active: { streams: 0, calls: 0 } }));
    }
    return upstream;
  }

  function retire(id: string, { pool }: Upstream) {
    upstreams.delete(id);
    const cause = new Error('the replica has left the routes');
    void pool.destroy(new GatewayError('UPSTREAM_GONE', { cause })).catch(() => {});
  }

  /** Sends a request to where it is to go by now. */
  function send(endpoint: Endpoint, pending: PendingRequest, path: string): void {
    const upstream = upstreamOf(endpoint);
    const { active } = upstream;
    const kind = (pending.options.isStream ?? pending.options.method === 'GET') ? 'streams' : 'calls';
    if (active[kind] >= maxActive[kind]) {
      throw new GatewayError('UNAVAILABLE', {
        detail: `the replica has too many active ${kind}`,
        headers: { 'retry-after': '1' },
      });
    }
    active[kind] += 1;
    const { options, handler } = pending;
    const ended = () => void (active[kind] -= 1);
    /** Set once the answer is a redirect that has been followed. */
    let redirectBody: RedirectBody | undefined;
    upstream.pool.dispatch(path === options.path ? options : { ...options, path }, {
      onRequestStart(controller, context) {
        if (pending.aborted) return controller.abort(pending.aborted);
        handler.onRequestStart?.(controller, context);
      },
      onResponseStart(controller, status, headers, message) {
        if (status >= 200) onOutcome(endpoint, OVERBURDENED.has(status) ? 'failed' : 'answered');
        if (status === 404 && path !== options.path) upstream.redirects.forget(options);
        const location = status >= 300 && status < 400 ? headers['location']?.toString() : undefined;
        const next = location === undefined ? undefined : upstream.redirects.follow(options, path, status, location);
        if (next === undefined || pending.redirects >= MAX_REDIRECTS) {
          return handler.onResponseStart?.(controller, status, headers, message);
        }
        redirectBody = new RedirectBody(controller);
        pending.redirects += 1;
        try {
          send(endpoint, pending, next);
        } catch (error) {
          handler.onResponseError?.(controller, error as Error);
        }
      },
      onResponseData(controller, chunk) {
        if (redirectBody) redirectBody.take(chunk.length);
        else handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd(controller, trailers) {
        ended();
        if (redirectBody) redirectBody.end();
        else handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError(controller, error) {
        ended();
        if (isOfConnection(error)) onOutcome(endpoint, 'failed');
        if (!redirectBody) return handler.onResponseError?.(controller, error);
        if (!redirectBody.end() && !isOfConnection(error)) pending.aborted = error; // before the next request has begun
      },
    });
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
      for (const [id, upstream] of upstreams) {
        if (kept.has(id)) {
          clearTimeout(upstream.retiring);
          upstream.retiring = undefined;
        } else {
          upstream.retiring ??= setTimeout(() => retire(id, upstream), retireMs).unref();
        }
      }
    },
    async close() {
      await Promise.all(Array.from(upstreams.values(), ({ pool }) => pool.destroy()));
    },
  };
}

/** What is left of the answer that was a redirect. */
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

  /** @returns whether it ended, or was given up, as it should */
  end(): boolean {
    clearTimeout(this.#late);
    return this.#isTooMuch;
  }

  #giveUp(): void {
    this.#isTooMuch = true;
    this.controller.abort(new Error('the rest of a redirect'));
  }
}

/** Not what this side has broken off, which carries an error of its own. */
const isOfConnection = (error: Error & { code?: string }) =>
  !(error instanceof GatewayError) && error.code !== undefined && error.code !== 'UND_ERR_ABORTED';
