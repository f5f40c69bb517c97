import type { ResourceRef, Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import {
  type SessionChange,
  type SessionEnvelope,
  type SessionRecord,
  sessionRecords,
  type SessionRecords,
  type SessionRef,
} from '@mcp-gateway/sessions';
import { createIdleQuery } from './idle-query.js';
import { sessionCache } from './cache.js';
import { followSessionChanges } from './changes.js';
import {
  type AllLimits,
  idleSince,
  isTooOld,
  keepSeconds,
  leftSince,
  limitsOf,
  sessionLimitReached,
  tooOldSince,
} from './limits.js';
import { initialLocation, latest, locationOf, type SessionLocation, unverifiedLocation } from './location.js';
import { catchUpOnReconnect } from './reconnects.js';
import { restoreLocations, unwrittenEnds } from './catch-up.js';
import { activityTracker, type ActivityTracker } from './activity.js';

export interface SessionStore {
  /**
   * Writes the record. Must have succeeded before the client learns the id.
   * @throws GatewayError SESSION_LIMIT; UNAVAILABLE when Redis is away
   */
  open(envelope: SessionEnvelope, route: Route, opened: OpenedBy): Promise<void>;
  /** Where the session is. Without Redis what is remembered is good enough, and else the envelope's own word. */
  find(envelope: SessionEnvelope, route: Route): Promise<SessionLocation>;
  /** Counts a use of it that begins now; the returned function ends it. */
  use(envelope: SessionEnvelope, route: Route): () => void;
  /** It has been moved from here; others hear of it by themselves. */
  moved(envelope: SessionEnvelope, resource: ResourceRef, location: SessionLocation): void;
  /** Ends it for every data plane; when Redis is away for this one, and for the others as soon as it is back. */
  end(envelope: SessionEnvelope, route: Route, how: { tellServer: boolean }): Promise<void>;
  /** Whether no data plane has a call of it under way to the endpoint. False when that cannot be known. */
  isIdle(id: string, endpointId: string): Promise<boolean>;
  /** Called for each session that was moved or closed elsewhere, and with undefined when that may have been missed. */
  onChange(listener: (id: string | undefined) => void): void;
  /** Called when a server may have to be told that a session of its has ended. */
  onTermination(listener: () => void): void;
  /**
   * Ends the sessions of the adapter that nobody has used for too long, or that are too old; a thousand of a kind at most. None
   * while uses may not be written yet.
   */
  endOverdue(route: Route): Promise<void>;
  /** Open sessions that are known to live on the endpoint. */
  countOn(endpointId: string): number;
  /** Of the copy in memory. */
  cached(): { sessions: number; bytes: number };
  readonly records: SessionRecords;
  readonly activity: ActivityTracker;
  close(): void;
}

/** What opened it: the client's initialize message, as far as it could be kept, or a stream of the older HTTP transport. */
type OpenedBy = Pick<SessionRecord, 'initialize' | 'transport'>;

export interface SessionStoreParts {
  redis: RedisClient;
  prefix: string;
  /** What an adapter leaves open. */
  limits: AllLimits;
  cacheBytes: number;
  log: Logger;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
}

const CLOSED: SessionLocation = { endpointId: '', upstreamId: '', moves: 0, closed: true };
/** A safety net: what changes is broadcast. */
const KNOWN_FOR_MS = 600_000;
/** How long to live on what is remembered, or on the envelope alone, before Redis is asked again. */
const UNKNOWN_FOR_MS = 3_000;
const OVERDUE_AT_ONCE = 1_000;

/** The sessions as this data plane knows them: a copy in memory of what is in Redis, read when it is first needed. */
export function sessionStore({ redis, prefix, limits: defaults, cacheBytes, log, now = Date.now }: SessionStoreParts) {
  const records = sessionRecords(redis, prefix);
  const known = sessionCache(cacheBytes);
  const activity = activityTracker(records, log, now);
  const ends = unwrittenEnds();
  const seconds = () => Math.floor(now() / 1000);
  const listeners: ((id: string | undefined) => void)[] = [];
  const notify = (id: string | undefined) => listeners.forEach((listener) => listener(id));
  const terminationListeners: (() => void)[] = [];
  const dataPlanes = createIdleQuery(redis, records.keys.calls, activity.calls);
  const changes = followSessionChanges(redis, records.keys, {
    changed(change) {
      if (change) hear(change);
      else known.invalidateAll();
      notify(change?.id);
    },
    termination: () => terminationListeners.forEach((listener) => listener()),
    calls: dataPlanes.hear,
  });

  async function catchUp() {
    const restored = restoreLocations(records, known.moved(), keepSeconds(defaults));
    await Promise.all([restored, ends.catchUp(), activity.flush().then(activity.catchUp)]);
    known.invalidateAll(); // what was heard before could not be asked for
    notify(undefined);
  }
  const isAlone = () => changes.hearing.then(dataPlanes.isAlone);
  const { isSettled } = catchUpOnReconnect({ redis, now, catchUp, isAlone });

  function learn(envelope: SessionEnvelope, resource: ResourceRef, location: SessionLocation, forMs = KNOWN_FOR_MS) {
    const { id, adapterId, caller, issuedAt: openedAt } = envelope;
    const opened = location.moves > 0 && {
      opened: { kind: resource.kind, name: resource.name, adapterId, caller, openedAt },
    };
    known.set(id, { location, usedAt: now(), goodUntil: now() + forMs, ...opened });
  }
  const learnEnd = (id: string) => known.set(id, { location: CLOSED, usedAt: now(), goodUntil: Infinity });

  function hear({ id, what }: SessionChange) {
    const location = known.get(id)?.location;
    if (!location) return;
    if (what === 'closed') learnEnd(id);
    else if (what === 'unknown' || location.moves < what.moves) known.invalidate(id); // else it was moved from here
  }

  async function end(session: SessionRef, route: Route, how: { tellServer: boolean; unlessUsedSince?: number }) {
    const lasting = { now: seconds(), keepSeconds: keepSeconds(limitsOf(route, defaults)) };
    return records.close(session, route, { ...lasting, ...how });
  }

  /** Asks Redis, and ends what has been idle for too long. */
  async function read(envelope: SessionEnvelope, route: Route): Promise<SessionLocation> {
    const { record, lastUsedAt } = await records.find(envelope);
    if (record === 'closed') return CLOSED;
    if (record === null) return isSettled() ? initialLocation(envelope) : unverifiedLocation(envelope);
    const since = idleSince(seconds(), limitsOf(route, defaults));
    const usedAt = Math.max(lastUsedAt ?? Infinity, activity.unwritten(envelope.id) ?? 0);
    if (usedAt < since && isSettled() && (await end(envelope, route, { tellServer: true, unlessUsedSince: since })))
      return CLOSED;
    return locationOf(record);
  }

  const store: SessionStore = {
    async open(envelope, route, opened) {
      const limits = limitsOf(route, defaults);
      const { endpointId, upstreamId, issuedAt, adapterId, caller } = envelope;
      const record = {
        kind: route.kind,
        name: route.name,
        adapterId,
        caller,
        endpointId,
        upstreamId,
        openedAt: issuedAt,
      };
      const fresh = { moves: 0, recentMoves: 0, recentSince: 0, protocolVersion: null, logLevel: null };
      const outcome = await records
        .create(
          envelope,
          { ...record, ...opened, ...fresh, subscriptions: [] },
          {
            max: limits.maxOpen,
            maxPerCaller: limits.maxOpenPerCaller,
            idleSince: idleSince(issuedAt, limits),
            keepSeconds: keepSeconds(limits),
          },
        )
        .catch((cause: unknown) => {
          const detail = 'the session cannot be recorded now';
          throw new GatewayError('UNAVAILABLE', { detail, headers: { 'retry-after': '1' }, cause });
        });
      if (outcome !== 'opened') throw sessionLimitReached(outcome, route.name, limits);
      learn(envelope, route, initialLocation(envelope));
    },

    async find(envelope, route) {
      const limits = limitsOf(route, defaults);
      const session = known.get(envelope.id);
      if (session?.location.closed) return CLOSED;
      if (isTooOld(envelope.issuedAt, seconds(), limits)) {
        learnEnd(envelope.id);
        void end(envelope, route, { tellServer: true }).catch(() => {}); // every data plane comes to this by itself
        return CLOSED;
      }
      if (session && now() < session.goodUntil && session.usedAt / 1000 >= idleSince(seconds(), limits)) {
        session.usedAt = now();
        return session.location;
      }
      const before = changes.heard();
      try {
        const location = latest(await read(envelope, route), known.get(envelope.id)?.location);
        const forMs = location.unverified ? UNKNOWN_FOR_MS : KNOWN_FOR_MS;
        if (changes.heard() === before) learn(envelope, route, location, forMs);
        return location;
      } catch (error) {
        log.debug({ err: error }, 'session record not read; what is remembered or its id says enough');
        const location = known.get(envelope.id)?.location ?? unverifiedLocation(envelope);
        learn(envelope, route, location, UNKNOWN_FOR_MS);
        return location;
      }
    },

    use: (envelope, route) => activity.begin(envelope, keepSeconds(limitsOf(route, defaults))),

    moved: (envelope, adapter, location) =>
      learn(envelope, adapter, latest(location, known.get(envelope.id)?.location)),

    async end(envelope, route, how) {
      learnEnd(envelope.id);
      await ends.end(envelope.id, () => end(envelope, route, how));
    },

    async endOverdue(route) {
      if (!isSettled()) return;
      await Promise.all([ends.catchUp(), activity.catchUp()]);
      const { kind, adapterId } = route;
      const limits = limitsOf(route, defaults);
      const endById = async (id: string, how: { unlessUsedSince?: number }) => {
        const { record } = await records.find({ id, kind, adapterId }).catch(() => ({ record: null }));
        const caller = record === null || record === 'closed' ? '' : record.caller;
        await end({ id, kind, adapterId, caller }, route, { tellServer: true, ...how });
      };
      const since = idleSince(seconds(), limits);
      for (const id of await records.idle(route, since, OVERDUE_AT_ONCE)) {
        await endById(id, { unlessUsedSince: since });
      }
      const left = leftSince(seconds());
      for (const id of await records.abandonedStreams(route, left, OVERDUE_AT_ONCE)) {
        await endById(id, { unlessUsedSince: left });
      }
      for (const id of await records.openedBefore(route, tooOldSince(seconds(), limits), OVERDUE_AT_ONCE)) {
        await endById(id, {});
      }
    },

    onChange: (listener) => void listeners.push(listener),
    onTermination: (listener) => void terminationListeners.push(listener),
    isIdle: dataPlanes.isIdle,
    countOn: known.countOn,
    cached: known.size,
    records,
    activity,
    close() {
      changes.close();
      activity.close();
    },
  };
  return store;
}
