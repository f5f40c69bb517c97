import { setTimeout as delay } from 'node:timers/promises';
import { adapterRef, type Endpoint } from '@mcp-gateway/common/contracts';
import type { RouteTable } from '@mcp-gateway/routing';
import type { SessionStore } from '../sessions/store.js';
import { drainSpread } from './drain.js';
import { spread } from './herd.js';

/** A stream of a server's own that is open here for a client. */
interface OpenStream {
  session: string;
  adapter: string;
  endpointId: string;
  /** The endpoint has left the routes, or the session may live elsewhere now. */
  look(): void;
  /** The endpoint is about to end. */
  leave(endpoint: Endpoint): void;
}

export interface Streams {
  /** Watches over it until the returned function is called. */
  add(stream: OpenStream): () => void;
  /** How many are open on the endpoint. */
  countOn(endpointId: string): number;
}

const LOOK_EVERY_MS = 60_000;

/**
 * The streams that nobody asks for anything on: a request finds out that its replica is gone, a stream has to be told. So that
 * not all of those on one replica come back at once, each is told at a time of its own.
 */
export function createStreams(
  routes: Pick<RouteTable, 'get' | 'onChange'>,
  sessions: Pick<SessionStore, 'onChange'>,
  lookEveryMs = LOOK_EVERY_MS,
): Streams {
  const byEndpoint = new Map<string, Set<OpenStream>>();
  const bySession = new Map<string, Set<OpenStream>>();
  /** Streams that will be told of their endpoint. */
  const waiting = new WeakSet<OpenStream>();

  function later(stream: OpenStream, ms: number, tell: () => void) {
    void delay(ms, undefined, { ref: false }).then(() => {
      waiting.delete(stream);
      if (byEndpoint.get(stream.endpointId)?.has(stream)) tell();
    });
  }
  function tellOfEndpoint(stream: OpenStream, ms: number, tell: () => void) {
    if (waiting.has(stream)) return;
    waiting.add(stream);
    later(stream, ms, tell);
  }

  routes.onChange(() => {
    for (const [id, streams] of byEndpoint) {
      for (const stream of streams) {
        const endpoint = routes.get(adapterRef(stream.adapter))?.endpoints.find((each) => each.id === id);
        if (!endpoint) tellOfEndpoint(stream, spread(streams.size), () => stream.look());
        else if (endpoint.draining) {
          const ms = spread(streams.size, Math.random, drainSpread(endpoint, Date.now()));
          tellOfEndpoint(stream, ms, () => stream.leave(endpoint));
        }
      }
    }
  });
  sessions.onChange((id) => {
    const concerned = id === undefined ? [...bySession.values()].flatMap((streams) => [...streams]) : bySession.get(id);
    for (const stream of concerned ?? []) {
      if (id === undefined) later(stream, spread(bySession.size), () => stream.look());
      else stream.look();
    }
  });

  // A session that is too old ends here, too, although nothing is said of it.
  const lookAtAll = () => {
    for (const streams of bySession.values()) for (const stream of streams) stream.look();
  };
  setInterval(lookAtAll, lookEveryMs).unref();

  return {
    add(stream) {
      put(byEndpoint, stream.endpointId, stream);
      put(bySession, stream.session, stream);
      return () => {
        take(byEndpoint, stream.endpointId, stream);
        take(bySession, stream.session, stream);
      };
    },
    countOn: (endpointId) => byEndpoint.get(endpointId)?.size ?? 0,
  };
}

function put<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const set = sets.get(key) ?? new Set<T>();
  sets.set(key, set.add(value));
}

function take<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
