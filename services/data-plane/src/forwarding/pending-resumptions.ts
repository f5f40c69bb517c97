import { GatewayError } from '@mcp-gateway/common/errors';
import { headerValue, type RpcId } from '@mcp-gateway/protocol';
import { LRUCache } from 'lru-cache';
import type { SessionLocation } from '../sessions/location.js';
import type { ActivityTracker } from '../sessions/activity.js';
import type { ClientResponse } from './response/client-response.js';

/** How long the gateway waits for a client to resume. */
const TTL_MS = 300_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** Approximate size of an entry without its texts. */
const ENTRY_BYTES = 500;

/** The pending requests of one answer that broke off. */
export interface PendingResumption {
  /** The number of relocations of the session when the requests were sent. */
  moves: number;
  waiting: Set<RpcId>;
  /** Call it for each request that is answered. */
  answered(id: RpcId): void;
  /** Call it when the client that listened leaves; `eventId` is the last event id that it received. */
  awaitAfter(eventId: string): void;
  /** The requests are no longer pending. */
  abandon(): void;
}

export interface PendingResumptions {
  add(session: string, location: SessionLocation, resumption: { eventId: string; ids: readonly RpcId[] }): void;
  /** The pending resumption of the client that resumes after the event. */
  resume(session: string, eventId: string): PendingResumption | undefined;
}

/**
 * Calls whose clients are expected to resume: the stream ended after an event with an id, because the server ended it
 * or the client's connection broke (MCP 2025-11-25, transports, resumability and redelivery). They count as under way
 * until they are answered, because relocating their session would lose the answers. `eventId` has the form that the
 * client knows.
 */
export function pendingResumptions(activity: Pick<ActivityTracker, 'send'>): PendingResumptions {
  const calls = new LRUCache<string, PendingResumption>({
    maxSize: MAX_BYTES,
    ttl: TTL_MS,
    ttlAutopurge: true,
    sizeCalculation: ({ waiting }, key) => ENTRY_BYTES + key.length + [...waiting].join().length,
    dispose: (call, _key, reason) => {
      if (reason !== 'delete') call.abandon();
    },
  });
  return {
    add(session, { endpointId, moves }, { eventId, ids }) {
      const waiting = new Set(ids);
      const end = activity.send(session, endpointId);
      let key = keyOf(session, eventId);
      const call: PendingResumption = {
        moves,
        waiting,
        answered(id) {
          if (waiting.delete(id) && waiting.size === 0) end();
          if (waiting.size === 0) calls.delete(key);
        },
        awaitAfter(after) {
          if (waiting.size === 0) return;
          const before = key;
          key = keyOf(session, after);
          calls.set(key, call);
          if (key !== before) calls.delete(before);
        },
        abandon() {
          for (const id of waiting) call.answered(id);
        },
      };
      calls.set(key, call);
    },
    resume(session, eventId) {
      const key = keyOf(session, eventId);
      const call = calls.get(key);
      if (call) calls.set(key, call, { ttl: 0 }); // no expiry while the client listens
      return call;
    },
  };
}

const keyOf = (session: string, eventId: string) => `${session} ${eventId}`;

/** The pending resumption that the request resumes; undefined when no such call is under way. */
export function resumptionOf(
  resumption: PendingResumptions,
  session: string,
  headers: readonly string[],
): PendingResumption | undefined {
  const eventId = headerValue(headers, 'last-event-id');
  return eventId === undefined ? undefined : resumption.resume(session, eventId);
}

/**
 * Whether the error means that the answers are lost for good. While Redis is unavailable they are not: Redis may be
 * back in a moment, and the replica still there.
 */
export const isAnswerLost = (call: PendingResumption, error: unknown): boolean =>
  call.waiting.size > 0 && !(error instanceof GatewayError && error.code === 'UNAVAILABLE');

/** Fails the requests whose answers are lost with the replica or the session. */
export function failPendingResumption(answer: ClientResponse, call: PendingResumption): void {
  const error = new GatewayError('UPSTREAM_GONE');
  answer.beginEvents();
  answer.refuse(error, [...call.waiting]);
  call.abandon();
  answer.close();
}
