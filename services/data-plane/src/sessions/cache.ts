import type { ResourceKind } from '@mcp-gateway/common/contracts';
import { LRUCache } from 'lru-cache';
import type { SessionLocation } from './location.js';

/** What a record says besides where the session lives, as far as that can be known without it. */
interface Opened {
  kind: ResourceKind;
  name: string;
  adapterId: string;
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
  /** When it was last used as far as this data plane knows, in milliseconds since the epoch. */
  usedAt: number;
  /** Until when it need not be asked for again, in milliseconds since the epoch. What is known stays beyond. */
  goodUntil: number;
  /** Of a session that was moved, as nothing but its record says where to. */
  opened?: Opened;
}

export interface SessionCache {
  get(id: string): KnownSession | undefined;
  set(id: string, session: KnownSession): void;
  /** It may have changed: it is to be asked for again, and holds as long as nobody can be asked. */
  invalidate(id: string): void;
  invalidateAll(): void;
  /** Sessions that are known to have been moved to where they are, but for those in doubt by themselves. */
  moved(): RelocatedSession[];
  /** Open sessions that are known to live on the endpoint; not those in doubt. */
  countOn(endpointId: string): number;
  /** How many there are, and about what they take. */
  size(): { sessions: number; bytes: number };
}

/** What an entry takes besides its texts; measured with ids of the usual length. */
const ENTRY_BYTES = 600;
/** What it takes more when the session was moved. */
const OPENED_BYTES = 250;

const INVALIDATED = 0;

/** The sessions in use, as many as fit into `maxBytes`; those that were not used for the longest time give way. */
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
