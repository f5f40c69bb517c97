import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint, ResourceRef } from '@mcp-gateway/common/contracts';
import type { RouteTable } from '@mcp-gateway/routing';
import type { SessionStore } from './store.js';
import { drainJitterMs } from './relocate/drain.js';
import { jitter } from './concurrency-limiter.js';

/** A server's own stream that is open for a client. */
interface OpenStream {
  session: string;
  resource: ResourceRef;
  endpointId: string;
  /** The endpoint has left the routes, or the session may have been relocated. */
  recheck(): void;
  /** The endpoint is about to end. */
  onDrain(endpoint: Endpoint): void;
}

export interface StreamRegistry {
  /** Watches over the stream until the returned function is called. */
  add(stream: OpenStream): () => void;
  /** The number of open streams on the endpoint. */
  countOn(endpointId: string): number;
  close(): void;
}

const RECHECK_EVERY_MS = 60_000;

/**
 * Streams carry no requests, so nothing else would discover that their replica is gone: the registry notifies them.
 * Each stream is notified at a time of its own, so that the streams of one replica do not all reconnect at once.
 */
export function createStreamRegistry(
  routes: Pick<RouteTable, 'get' | 'onChange'>,
  sessions: Pick<SessionStore, 'onChange'>,
  recheckEveryMs = RECHECK_EVERY_MS,
): StreamRegistry {
  const byEndpoint = new Map<string, Set<OpenStream>>();
  const bySession = new Map<string, Set<OpenStream>>();
  /** Streams that will be notified about their endpoint. */
  const waiting = new WeakSet<OpenStream>();

  function later(stream: OpenStream, ms: number, notify: () => void) {
    void delay(ms, undefined, { ref: false }).then(() => {
      waiting.delete(stream);
      if (byEndpoint.get(stream.endpointId)?.has(stream)) notify();
    });
  }
  function notifyOfEndpoint(stream: OpenStream, ms: number, notify: () => void) {
    if (waiting.has(stream)) return;
    waiting.add(stream);
    later(stream, ms, notify);
  }

  routes.onChange(() => {
    for (const [id, streams] of byEndpoint) {
      for (const stream of streams) {
        const endpoint = routes.get(stream.resource)?.endpoints.find((each) => each.id === id);
        if (!endpoint) notifyOfEndpoint(stream, jitter(streams.size), () => stream.recheck());
        else if (endpoint.draining) {
          const ms = jitter(streams.size, Math.random, drainJitterMs(endpoint, Date.now()));
          notifyOfEndpoint(stream, ms, () => stream.onDrain(endpoint));
        }
      }
    }
  });
  sessions.onChange((id) => {
    const concerned = id === undefined ? [...bySession.values()].flatMap((streams) => [...streams]) : bySession.get(id);
    for (const stream of concerned ?? []) {
      if (id === undefined) later(stream, jitter(bySession.size), () => stream.recheck());
      else stream.recheck();
    }
  });

  // No change announces that a session is too old, so this check ends it.
  const recheckAll = () => {
    for (const streams of bySession.values()) for (const stream of streams) stream.recheck();
  };
  const timer = setInterval(recheckAll, recheckEveryMs).unref();

  return {
    add(stream) {
      add(byEndpoint, stream.endpointId, stream);
      add(bySession, stream.session, stream);
      return () => {
        remove(byEndpoint, stream.endpointId, stream);
        remove(bySession, stream.session, stream);
      };
    },
    countOn: (endpointId) => byEndpoint.get(endpointId)?.size ?? 0,
    close: () => clearInterval(timer),
  };
}

function add<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const set = sets.get(key) ?? new Set<T>();
  sets.set(key, set.add(value));
}

function remove<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
