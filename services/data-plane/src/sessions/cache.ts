import type { ResourceKind } from '@mcp-gateway/common/contracts';
import { LRUCache } from 'lru-cache';
import type { SessionLocation } from './location.js';

/** The fields of a record, except the location, that the data plane can know without reading it. */
interface Opened {
  kind: ResourceKind;
  name: string;
  resourceId: string;
  caller: string;
  /** Seconds since the epoch. */
  openedAt: number;
}

export interface RelocatedSession {
  id: string;
  location: SessionLocation;
  opened: Opened;
}

interface KnownSession {
  location: SessionLocation;
  /** The last use that this data plane knows of, in milliseconds since the epoch. */
  usedAt: number;
  /** When the record must be read again, in milliseconds since the epoch. The entry itself stays longer. */
  goodUntil: number;
  /** Set for a relocated session, because only its record has the location. */
  opened?: Opened;
}

export interface SessionCache {
  get(id: string): KnownSession | undefined;
  set(id: string, session: KnownSession): void;
  /**
   * The record may have changed: the session is read again before use. While Redis is unavailable the entry still
   * holds.
   */
  invalidate(id: string): void;
  invalidateAll(): void;
  /** Sessions with a verified location that differs from the one in their sealed id; not the invalidated ones. */
  moved(): RelocatedSession[];
  /** Open sessions with a known location on the endpoint; not the invalidated ones. */
  countOn(endpointId: string): number;
  /** The number of entries, and their approximate memory. */
  size(): { sessions: number; bytes: number };
}

/** Approximate size of an entry without its texts, measured with ids of the usual length. */
const ENTRY_BYTES = 600;
/** Additional size for a relocated session. */
const OPENED_BYTES = 250;

const INVALIDATED = 0;

/** A cache of the sessions in use, up to `maxBytes`; the least recently used entries are evicted. */
export function sessionCache(maxBytes: number): SessionCache {
  const counts = new Map<string, number>();
  const count = ({ location, goodUntil }: KnownSession, by: 1 | -1) => {
    if (location.closed || goodUntil === INVALIDATED) return;
    const now = (counts.get(location.endpointId) ?? 0) + by;
    if (now > 0) counts.set(location.endpointId, now);
    else counts.delete(location.endpointId);
  };
  const sessions = new LRUCache<string, KnownSession>({
    maxSize: maxBytes,
    sizeCalculation: ({ location, opened }, id) =>
      ENTRY_BYTES +
      id.length +
      location.endpointId.length +
      location.upstreamId.length +
      (opened ? OPENED_BYTES + opened.caller.length : 0),
    onInsert: (session) => count(session, 1),
    dispose: (session) => count(session, -1),
  });
  const invalidate = (session: KnownSession | undefined) => {
    if (!session) return;
    count(session, -1);
    session.goodUntil = INVALIDATED;
  };
  return {
    get: (id) => sessions.get(id),
    set: (id, session) => void sessions.set(id, session),
    invalidate(id) {
      const session = sessions.peek(id);
      invalidate(session);
      delete session?.opened;
    },
    invalidateAll: () => sessions.forEach((session) => invalidate(session)),
    moved: () =>
      [...sessions.entries()].flatMap(([id, { location, opened }]) => (opened ? [{ id, location, opened }] : [])),
    countOn: (endpointId) => counts.get(endpointId) ?? 0,
    size: () => ({ sessions: sessions.size, bytes: sessions.calculatedSize }),
  };
}
