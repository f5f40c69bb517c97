import type { ResourceRef, Route } from '@mcp-gateway/common/contracts';
import { unavailable } from '@mcp-gateway/common/errors';
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
import { type SessionCache, sessionCache } from './cache.js';
import { followSessionChanges, type SessionChanges } from './changes.js';
import { type CloseSession, endOverdueSessions, endSessionsOf } from './expiry.js';
import { type AllLimits, idleSince, isTooOld, keepSeconds, limitsOf, sessionLimitReached } from './limits.js';
import { initialLocation, latest, locationOf, type SessionLocation, unverifiedLocation } from './location.js';
import { catchUpOnReconnect, type Reconnects } from './reconnects.js';
import { restoreLocations, unwrittenEnds } from './catch-up.js';
import { activityTracker, type ActivityTracker } from './activity.js';

export interface SessionStore {
  /**
   * Writes the record. Must succeed before the client gets the id.
   * @throws GatewayError SESSION_LIMIT, QUOTA_EXCEEDED; UNAVAILABLE when Redis is unavailable
   */
  open(envelope: SessionEnvelope, route: Route, opened: OpenedBy): Promise<void>;
  /** Returns the session's location. Without Redis, the remembered location, or else the one in the envelope. */
  find(envelope: SessionEnvelope, route: Route): Promise<SessionLocation>;
  /** Counts a use that begins now; the returned function ends it. */
  use(envelope: SessionEnvelope, route: Route): () => void;
  /** Records that this data plane relocated the session; the other data planes receive the change from Redis. */
  moved(envelope: SessionEnvelope, resource: ResourceRef, location: SessionLocation): void;
  /**
   * Ends the session for every data plane. While Redis is unavailable, it ends here at once and for the others later.
   */
  end(envelope: SessionEnvelope, route: Route, how: { tellServer: boolean }): Promise<void>;
  /**
   * Whether no data plane has a call of the session under way to the endpoint. False when a data plane does not answer.
   */
  isIdle(id: string, endpointId: string): Promise<boolean>;
  /**
   * Called for each session that was relocated or closed elsewhere, and with undefined when a change may have been
   * missed.
   */
  onChange(listener: (id: string | undefined) => void): void;
  /** Called when session terminations may be pending. */
  onTermination(listener: () => void): void;
  /**
   * Ends the sessions of the adapter that are idle for too long or too old, at most a thousand of a kind. Ends none
   * while data planes may still have uses to write.
   */
  endOverdue(route: Route): Promise<void>;
  /** Ends all sessions of an adapter that is gone. */
  endAll(route: Route): Promise<void>;
  /** Open sessions with a known location on the endpoint. */
  countOn(endpointId: string): number;
  /** The size of the copy in memory. */
  cached(): { sessions: number; bytes: number };
  readonly records: SessionRecords;
  readonly activity: ActivityTracker;
  close(): void;
}

/**
 * The origin of the session: the client's initialize message, if it could be buffered, or a stream of the older HTTP
 * transport; and the tenant of the caller.
 */
interface OpenedBy extends Pick<SessionRecord, 'initialize' | 'transport'> {
  tenant: string;
}

export interface SessionStoreParts {
  redis: RedisClient;
  prefix: string;
  /** The limits for adapters that do not set their own. */
  limits: AllLimits;
  /** The most open sessions of a tenant; undefined: no limit. */
  maxOfTenant: (tenant: string) => number | undefined;
  cacheBytes: number;
  log: Logger;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
}

const CLOSED: SessionLocation = { endpointId: '', upstreamId: '', moves: 0, closed: true };
/** A safety net: changes are broadcast. */
const KNOWN_FOR_MS = 600_000;
/** How long the data plane uses a remembered location, or the envelope's, before it queries Redis again. */
const UNKNOWN_FOR_MS = 3_000;
const FRESH = {
  moves: 0,
  recentMoves: 0,
  recentSince: 0,
  protocolVersion: null,
  logLevel: null,
  subscriptions: [],
};

/** The sessions as this data plane knows them: a copy in memory of the records in Redis, read on first use. */
export const sessionStore = (parts: SessionStoreParts): SessionStore => new CachedSessions(parts);

class CachedSessions implements SessionStore {
  readonly records: SessionRecords;
  readonly activity: ActivityTracker;
  readonly isIdle: SessionStore['isIdle'];
  readonly countOn: SessionStore['countOn'];
  readonly cached: SessionStore['cached'];
  readonly #cache: SessionCache;
  readonly #changes: SessionChanges;
  readonly #unwrittenEnds = unwrittenEnds();
  readonly #reconnects: Reconnects;
  readonly #listeners: ((id: string | undefined) => void)[] = [];
  readonly #terminationListeners: (() => void)[] = [];
  readonly #now: () => number;

  constructor(private readonly parts: SessionStoreParts) {
    const { redis, prefix, cacheBytes, log, now = Date.now } = parts;
    this.#now = now;
    this.records = sessionRecords(redis, prefix);
    this.activity = activityTracker(this.records, log, now);
    this.#cache = sessionCache(cacheBytes);
    this.countOn = this.#cache.countOn;
    this.cached = this.#cache.size;
    const { keys } = this.records;
    const idleQuery = createIdleQuery(redis, keys.calls, this.activity.calls);
    this.isIdle = idleQuery.isIdle;
    this.#changes = followSessionChanges(redis, keys, {
      changed: (change) => this.#onChanged(change),
      termination: () => this.#terminationListeners.forEach((listener) => listener()),
      calls: idleQuery.hear,
    });
    const isAlone = () => this.#changes.hearing.then(idleQuery.isAlone);
    this.#reconnects = catchUpOnReconnect({ redis, now, catchUp: () => this.#catchUp(), isAlone });
  }

  async open(envelope: SessionEnvelope, route: Route, { tenant, ...opened }: OpenedBy): Promise<void> {
    const maxOfTenant = this.parts.maxOfTenant(tenant);
    const limits = this.#limitsOf(route);
    const { endpointId, upstreamId, issuedAt, resourceId, caller } = envelope;
    const { kind, name } = route;
    const bounds = {
      max: limits.maxOpen,
      maxPerCaller: limits.maxOpenPerCaller,
      maxOfTenant,
      idleSince: idleSince(issuedAt, limits),
      keepSeconds: keepSeconds(limits),
    };
    const counted = maxOfTenant === undefined ? {} : { tenant };
    const origin = { kind, name, resourceId, caller, ...counted, openedAt: issuedAt, ...opened };
    const record = { ...origin, endpointId, upstreamId, ...FRESH };
    const outcome = await this.records.create(envelope, record, bounds).catch((cause: unknown) => {
      throw unavailable('the session cannot be recorded while Redis is unavailable', { retryAfterSeconds: 1, cause });
    });
    if (outcome !== 'opened') throw sessionLimitReached(outcome, route, limits, { id: tenant, maxOpen: maxOfTenant });
    this.#learn(envelope, route, initialLocation(envelope));
  }

  async find(envelope: SessionEnvelope, route: Route): Promise<SessionLocation> {
    const limits = this.#limitsOf(route);
    const session = this.#cache.get(envelope.id);
    if (session?.location.closed) return CLOSED;
    if (isTooOld(envelope.issuedAt, this.#seconds(), limits)) {
      this.#learnEnd(envelope.id);
      void this.#close(envelope, route, { tellServer: true }).catch(() => {}); // every data plane ends it by itself
      return CLOSED;
    }
    const isCurrent = session && this.#now() < session.goodUntil;
    if (isCurrent && session.usedAt / 1000 >= idleSince(this.#seconds(), limits)) {
      session.usedAt = this.#now();
      return session.location;
    }
    return this.#lookUp(envelope, route);
  }

  use(envelope: SessionEnvelope, route: Route): () => void {
    return this.activity.begin(envelope, keepSeconds(this.#limitsOf(route)));
  }

  moved(envelope: SessionEnvelope, resource: ResourceRef, location: SessionLocation): void {
    this.#learn(envelope, resource, latest(location, this.#cache.get(envelope.id)?.location));
  }

  async end(envelope: SessionEnvelope, route: Route, how: { tellServer: boolean }): Promise<void> {
    this.#learnEnd(envelope.id);
    await this.#unwrittenEnds.end(envelope.id, () => this.#close(envelope, route, how));
  }

  async endOverdue(route: Route): Promise<void> {
    if (!this.#reconnects.isSettled()) return;
    await Promise.all([this.#unwrittenEnds.catchUp(), this.activity.catchUp()]);
    const close: CloseSession = (session, how) => this.#close(session, route, how);
    await endOverdueSessions(this.records, route, this.#limitsOf(route), this.#seconds(), close);
  }

  endAll(route: Route): Promise<void> {
    return endSessionsOf(this.records, route, (session) => this.#close(session, route, { tellServer: false }));
  }

  onChange(listener: (id: string | undefined) => void): void {
    this.#listeners.push(listener);
  }

  onTermination(listener: () => void): void {
    this.#terminationListeners.push(listener);
  }

  close(): void {
    this.#reconnects.close();
    this.#changes.close();
    this.activity.close();
  }

  readonly #seconds = (): number => Math.floor(this.#now() / 1000);

  #limitsOf(route: Route): AllLimits {
    return limitsOf(route, this.parts.limits);
  }

  /** Looks the location up in Redis; without Redis in memory, and else in the envelope. */
  async #lookUp(envelope: SessionEnvelope, route: Route): Promise<SessionLocation> {
    const before = this.#changes.heard();
    try {
      const location = latest(await this.#read(envelope, route), this.#cache.get(envelope.id)?.location);
      const forMs = location.unverified ? UNKNOWN_FOR_MS : KNOWN_FOR_MS;
      if (this.#changes.heard() === before) this.#learn(envelope, route, location, forMs);
      return location;
    } catch (error) {
      this.parts.log.debug(
        { err: error },
        'the session record could not be read; the remembered location or the sealed id is used',
      );
      const location = this.#cache.get(envelope.id)?.location ?? unverifiedLocation(envelope);
      this.#learn(envelope, route, location, UNKNOWN_FOR_MS);
      return location;
    }
  }

  /** Reads the record, and ends a session that is idle for too long. */
  async #read(envelope: SessionEnvelope, route: Route): Promise<SessionLocation> {
    const { record, lastUsedAt } = await this.records.find(envelope);
    if (record === 'closed') return CLOSED;
    if (record === null) return this.#reconnects.isSettled() ? initialLocation(envelope) : unverifiedLocation(envelope);
    const since = idleSince(this.#seconds(), this.#limitsOf(route));
    const usedAt = Math.max(lastUsedAt ?? Infinity, this.activity.unwritten(envelope.id) ?? 0);
    const isIdle = usedAt < since && this.#reconnects.isSettled();
    const isClosed = isIdle && (await this.#close(envelope, route, { tellServer: true, unlessUsedSince: since }));
    return isClosed ? CLOSED : locationOf(record);
  }

  #close(session: SessionRef, route: Route, how: { tellServer: boolean; unlessUsedSince?: number }): Promise<boolean> {
    const lasting = { now: this.#seconds(), keepSeconds: keepSeconds(this.#limitsOf(route)) };
    return this.records.close(session, route, { ...lasting, ...how });
  }

  #learn(
    envelope: SessionEnvelope,
    { kind, name }: ResourceRef,
    location: SessionLocation,
    forMs = KNOWN_FOR_MS,
  ): void {
    const { id, resourceId, caller, issuedAt: openedAt } = envelope;
    const opened = location.moves > 0 && { opened: { kind, name, resourceId, caller, openedAt } };
    this.#cache.set(id, { location, usedAt: this.#now(), goodUntil: this.#now() + forMs, ...opened });
  }

  #learnEnd(id: string): void {
    this.#cache.set(id, { location: CLOSED, usedAt: this.#now(), goodUntil: Infinity });
  }

  #onChanged(change: SessionChange | undefined): void {
    if (change) this.#hear(change);
    else this.#cache.invalidateAll();
    this.#notify(change?.id);
  }

  #hear({ id, what }: SessionChange): void {
    const location = this.#cache.get(id)?.location;
    if (!location) return;
    if (what === 'closed') this.#learnEnd(id);
    else if (what === 'unknown' || location.moves < what.moves) this.#cache.invalidate(id); // else this data plane relocated it
  }

  #notify(id: string | undefined): void {
    for (const listener of this.#listeners) listener(id);
  }

  /** Writes what could not be written while Redis was unavailable. */
  async #catchUp(): Promise<void> {
    const restored = restoreLocations(this.records, this.#cache.moved(), keepSeconds(this.parts.limits));
    const written = this.activity.flush().then(this.activity.catchUp);
    await Promise.all([restored, this.#unwrittenEnds.catchUp(), written]);
    this.#cache.invalidateAll(); // changes that arrived before could not be read
    this.#notify(undefined);
  }
}
