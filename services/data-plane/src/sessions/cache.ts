import { LRUCache } from 'lru-cache';
import type { SessionPlace } from './place.js';

interface KnownSession {
  place: SessionPlace;
  /** When it was last used as far as this data plane knows, in milliseconds since the epoch. */
  usedAt: number;
}

export interface SessionCache {
  get(id: string): KnownSession | undefined;
  set(id: string, session: KnownSession, ttlMs?: number): void;
  forget(id: string): void;
  forgetAll(): void;
  /** Open sessions that are known to live on the endpoint. */
  countOn(endpointId: string): number;
  /** How many there are, and about what they take. */
  size(): { sessions: number; bytes: number };
}

/** What an entry takes besides its texts; measured with ids of the usual length. */
const ENTRY_BYTES = 600;
/** A safety net: what changes is broadcast. */
const TTL_MS = 600_000;

/** The sessions in use, as many as fit into `maxBytes`; those that were not used for the longest time give way. */
export function sessionCache(maxBytes: number): SessionCache {
  const counts = new Map<string, number>();
  const count = ({ place }: KnownSession, by: 1 | -1) => {
    if (place.closed) return;
    const now = (counts.get(place.endpointId) ?? 0) + by;
    if (now > 0) counts.set(place.endpointId, now);
    else counts.delete(place.endpointId);
  };
  const sessions = new LRUCache<string, KnownSession>({
    maxSize: maxBytes,
    ttl: TTL_MS,
    sizeCalculation: ({ place }, id) => ENTRY_BYTES + id.length + place.endpointId.length + place.upstreamId.length,
    onInsert: (session) => count(session, 1),
    dispose: (session) => count(session, -1),
  });
  return {
    get: (id) => sessions.get(id),
    set: (id, session, ttlMs = TTL_MS) => void sessions.set(id, session, { ttl: ttlMs }),
    forget: (id) => void sessions.delete(id),
    forgetAll: () => sessions.clear(),
    countOn: (endpointId) => counts.get(endpointId) ?? 0,
    size: () => ({ sessions: sessions.size, bytes: sessions.calculatedSize }),
  };
}
