import { GatewayError } from '@mcp-gateway/common/errors';
import { headerValue, type RequestId, rpcError } from '@mcp-gateway/protocol';
import { LRUCache } from 'lru-cache';
import type { SessionLocation } from '../sessions/location.js';
import type { ActivityTracker } from '../sessions/activity.js';
import type { ClientResponse } from './response/client-response.js';

/** How long a client may be away until it is no longer waited for. */
const TTL_MS = 300_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** What an entry takes besides its texts, about. */
const ENTRY_BYTES = 500;

/** The requests of one answer that broke off before it had them all. */
export interface PendingResumption {
  /** How often the session had been moved to get where they run. */
  moves: number;
  waiting: Set<RequestId>;
  /** To be called for each that is answered. */
  answered(id: RequestId): void;
  /** To be called when the client has been listening and leaves; `eventId` is the last that it got. */
  awaitAfter(eventId: string): void;
  /** Nobody waits any more. */
  abandon(): void;
}

export interface PendingResumptions {
  add(session: string, location: SessionLocation, resumption: { eventId: string; ids: readonly RequestId[] }): void;
  /** What the client has come back for that asks to go on after the event. */
  resume(session: string, eventId: string): PendingResumption | undefined;
}

/**
 * Calls for whose answers clients come back: their stream ended after an event with an id, by the will of the server or as the
 * client's connection broke (MCP 2025-11-25, transports, resumability and redelivery). Until the answer has come they count
 * as under way, as their session cannot move without losing it. `eventId` is as the client knows it.
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
      if (call) calls.set(key, call, { ttl: 0 }); // as long as the client listens
      return call;
    },
  };
}

const keyOf = (session: string, eventId: string) => `${session} ${eventId}`;

/** What the client has come back for that resumes a stream; undefined when nothing is known to be under way. */
export function resumptionOf(
  resumption: PendingResumptions,
  session: string,
  headers: readonly string[],
): PendingResumption | undefined {
  const eventId = headerValue(headers, 'last-event-id');
  return eventId === undefined ? undefined : resumption.resume(session, eventId);
}

/** Whether the answers are gone for good, by why the session cannot go on: Redis may be back in a moment, and its replica there. */
export const isLost = (call: PendingResumption, error: unknown): boolean =>
  call.waiting.size > 0 && !(error instanceof GatewayError && error.code === 'UNAVAILABLE');

/** Answers the requests whose answers are gone with the replica, or with the session. */
export function failPendingResumption(answer: ClientResponse, call: PendingResumption): void {
  const error = new GatewayError('UPSTREAM_GONE');
  answer.beginEvents();
  for (const id of call.waiting) answer.writeMessage(rpcError(error, answer.requestId, id));
  call.abandon();
  answer.close();
}
