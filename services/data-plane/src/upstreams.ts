import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { Pool, type Dispatcher } from 'undici';

export interface Upstreams {
  /** Starts a request and counts it until it has ended. @throws GatewayError UNAVAILABLE when the endpoint has too many. */
  dispatch(endpoint: Endpoint, options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
  inFlight(endpoint: Endpoint): number;
  /**
   * To be called with all endpoints after every change of the routes. What is in flight on others goes on for a while, and
   * then ends with UPSTREAM_GONE.
   */
  keepOnly(endpoints: Iterable<Endpoint>): void;
  close(): Promise<void>;
}

interface Upstream {
  pool: Pool;
  inFlight: number;
  /** Set once it is no longer routed to. */
  leaving?: NodeJS.Timeout | undefined;
}

const CONNECT_MS = 3_000;
/** Each open stream is a connection, so this bounds sockets as well. */
const MAX_IN_FLIGHT = 4_000;
/**
 * A replica leaves the routes when it is told to end, and has up to 30 seconds then to finish what it is at. One whose
 * connections are open after that has vanished together with its machine, as nobody has closed them.
 */
const LEAVE_MS = 35_000;

export interface UpstreamsOptions {
  /** How long an answer may take to begin. */
  timeoutMs: number;
  /** Told of each answer that begins, and of each request that got none. */
  onOutcome?: (endpoint: Endpoint, outcome: 'answered' | 'failed') => void;
  /** How long requests go on on an endpoint that is no longer routed to. */
  leaveMs?: number;
}

/** Statuses with which a server, or what stands before it, says that it is not up to it. */
const OVERBURDENED = new Set([502, 503, 504]);

/** Connections to replicas: one pool for each endpoint id, so a replica's successor never gets its connections. */
export function createUpstreams({ timeoutMs, onOutcome = () => {}, leaveMs = LEAVE_MS }: UpstreamsOptions): Upstreams {
  const upstreams = new Map<string, Upstream>();

  function upstreamOf({ id, url }: Endpoint): Upstream {
    let upstream = upstreams.get(id);
    if (!upstream) {
      const pool = new Pool(url, {
        connections: MAX_IN_FLIGHT,
        pipelining: 1,
        connect: { timeout: CONNECT_MS },
        headersTimeout: timeoutMs,
        bodyTimeout: 0, // the quiet of a stream is not ours to end; forward.ts bounds the other bodies
      });
      upstreams.set(id, (upstream = { pool, inFlight: 0 }));
    }
    return upstream;
  }

  function forget(id: string, { pool }: Upstream) {
    upstreams.delete(id);
    const cause = new Error('the replica has left the routes');
    void pool.destroy(new GatewayError('UPSTREAM_GONE', { cause })).catch(() => {});
  }

  return {
    dispatch(endpoint, options, handler) {
      const upstream = upstreamOf(endpoint);
      if (upstream.inFlight >= MAX_IN_FLIGHT) {
        throw new GatewayError('UNAVAILABLE', {
          detail: 'the replica has too many open requests',
          headers: { 'retry-after': '1' },
        });
      }
      upstream.inFlight += 1;
      const ended = () => void (upstream.inFlight -= 1);
      upstream.pool.dispatch(options, {
        onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
        onResponseStart(controller, status, headers, message) {
          if (status >= 200) onOutcome(endpoint, OVERBURDENED.has(status) ? 'failed' : 'answered');
          handler.onResponseStart?.(controller, status, headers, message);
        },
        onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
        onResponseEnd(controller, trailers) {
          ended();
          handler.onResponseEnd?.(controller, trailers);
        },
        onResponseError(controller, error) {
          ended();
          if (isOfConnection(error)) onOutcome(endpoint, 'failed');
          handler.onResponseError?.(controller, error);
        },
      });
    },
    inFlight: ({ id }) => upstreams.get(id)?.inFlight ?? 0,
    keepOnly(endpoints) {
      const kept = new Set(Array.from(endpoints, ({ id }) => id));
      for (const [id, upstream] of upstreams) {
        if (kept.has(id)) {
          clearTimeout(upstream.leaving);
          upstream.leaving = undefined;
        } else {
          upstream.leaving ??= setTimeout(() => forget(id, upstream), leaveMs).unref();
        }
      }
    },
    async close() {
      await Promise.all(Array.from(upstreams.values(), ({ pool }) => pool.destroy()));
    },
  };
}

/** Not what this side has broken off, which carries an error of its own. */
const isOfConnection = (error: Error & { code?: string }) =>
  !(error instanceof GatewayError) && error.code !== undefined && error.code !== 'UND_ERR_ABORTED';
