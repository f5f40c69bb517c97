import { z } from 'zod';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import { connected, type RedisClient } from '@mcp-gateway/platform/redis';
import { sessionKeys } from './keys.js';
import { fieldsOf, recordOf, subscriptionField, type SessionRecord } from './record.js';
import { CLOSE, MOVE, NOTE, OPEN, RELEASE, RESTORE } from './scripts.js';

/** Whose session it is; enough to find everything that Redis has of it. */
export interface SessionRef {
  id: string;
  adapterId: string;
  caller: string;
}

export interface SessionActivity extends SessionRef {
  /** When, in seconds since the epoch. */
  at: number;
  /** From now on, as the limits of its adapter are now. */
  keepSeconds: number;
}

export interface SessionBounds {
  /** Open sessions, of the adapter and of one caller of it. */
  max: number;
  maxPerCaller: number;
  /** A session that was last used before, in seconds since the epoch, does not count. */
  idleSince: number;
  /** How long to keep the record, in seconds. */
  keepSeconds: number;
}

export interface FoundSession {
  record: SessionRecord | 'closed' | null;
  /** Seconds since the epoch; null when it is not known. Written in batches, so up to some seconds late. */
  lastUsedAt: number | null;
}

/** What the server of a session that has ended here still has to be told. */
const Termination = z.object({
  adapter: z.string(),
  endpointId: z.string(),
  upstreamId: z.string(),
  caller: z.string(),
  protocolVersion: z.string().optional(),
});
export type Termination = z.infer<typeof Termination>;

export type SessionRecords = ReturnType<typeof sessionRecords>;

const REDIS_MS = 1_000;
/** Of a record with its subscriptions. */
const MAX_FIELDS = 128;

/** Session records in Redis. Every call rejects when Redis is away, or has not answered within a second. */
export function sessionRecords(redis: RedisClient, prefix: string) {
  const keys = sessionKeys(prefix);
  const run = (script: string, on: string[], args: (string | number)[]) =>
    withTimeout(redis.eval(script, { keys: on, arguments: args.map(String) }), REDIS_MS);
  const indexes = ({ adapterId, caller }: Omit<SessionRef, 'id'>) => [
    keys.ofAdapter(adapterId),
    keys.ofCaller(adapterId, caller),
  ];

  const idsBefore = (index: string, before: number, limit: number): Promise<string[]> =>
    withTimeout(
      redis.zRange(index, '-inf', `(${before}`, { BY: 'SCORE', LIMIT: { offset: 0, count: limit } }),
      REDIS_MS,
    );

  async function find({ id, adapterId }: Omit<SessionRef, 'caller'>): Promise<FoundSession> {
    const [fields, lastUsedAt] = await withTimeout(
      connected(redis).multi().hGetAll(keys.record(id)).zScore(keys.ofAdapter(adapterId), id).execTyped(),
      REDIS_MS,
    );
    return { record: recordOf(fields), lastUsedAt };
  }

  return {
    keys,

    async create(ref: SessionRef, record: SessionRecord, { max, maxPerCaller, idleSince, keepSeconds }: SessionBounds) {
      const args = [ref.id, record.openedAt, idleSince, max, maxPerCaller, keepSeconds, ...fieldsOf(record)];
      const streams = record.transport === undefined ? [] : [keys.streamsOf(ref.adapterId)];
      const on = [keys.record(ref.id), ...indexes(ref), keys.openedOf(ref.adapterId), ...streams];
      return (await run(OPEN, on, args)) as 'opened' | 'adapter-full' | 'caller-full';
    },

    find,

    /** Ends it for everybody; `tellServer` when the server has not heard. Does nothing when it was used since `unlessUsedSince`. */
    async close(
      ref: SessionRef,
      { now, keepSeconds, ...how }: { now: number; keepSeconds: number; tellServer: boolean; unlessUsedSince?: number },
    ): Promise<boolean> {
      const { adapterId } = ref;
      const aside = [keys.openedOf(adapterId), keys.streamsOf(adapterId), keys.terminations];
      const on = [keys.record(ref.id), ...indexes(ref), ...aside];
      const termination = how.tellServer ? keys.termination : '';
      const args = [ref.id, now, keepSeconds, keys.changed, termination, how.unlessUsedSince ?? ''];
      return (await run(CLOSE, on, args)) === 1;
    },

    /** Only one of those who saw the same number of moves succeeds, and none when the session has been closed. */
    async move(
      id: string,
      seenMoves: number,
      to: Pick<SessionRecord, 'endpointId' | 'upstreamId' | 'recentMoves' | 'recentSince'>,
    ): Promise<boolean> {
      const fields = Object.entries(to).flat();
      return (await run(MOVE, [keys.record(id)], [id, seenMoves, keys.changed, ...fields])) === 1;
    },

    /** Writes a record that may have been lost, unless there is one that is as late, or the session has been closed. */
    async restore(id: string, record: SessionRecord, keepSeconds: number): Promise<boolean> {
      const args = [id, record.moves, keepSeconds, keys.changed, ...fieldsOf(record)];
      return (await run(RESTORE, [keys.record(id)], args)) === 1;
    },

    /** Keeps others from moving the session for `ms`, and tells how it is. Null when somebody else is at it. */
    async claim(ref: Omit<SessionRef, 'caller'>, holder: string, ms: number): Promise<FoundSession | null> {
      const options = { condition: 'NX', expiration: { type: 'PX', value: ms } } as const;
      const [claimed, found] = await Promise.all([
        withTimeout(redis.set(keys.moving(ref.id), holder, options), REDIS_MS),
        find(ref), // sent right behind it, and so as of after the claim
      ]);
      return claimed === null ? null : found;
    },
    async release(id: string, holder: string): Promise<void> {
      await run(RELEASE, [keys.moving(id)], [holder]);
    },

    /** What the client has said since; false when there is no such session, or it has said too much. */
    async set(id: string, what: 'protocolVersion' | 'logLevel', value: string): Promise<boolean> {
      return (await run(NOTE, [keys.record(id)], [MAX_FIELDS, what, value])) === 1;
    },
    async subscribe(id: string, uri: string): Promise<boolean> {
      return (await run(NOTE, [keys.record(id)], [MAX_FIELDS, subscriptionField(uri), ''])) === 1;
    },
    async unsubscribe(id: string, uri: string): Promise<void> {
      await withTimeout(redis.hDel(keys.record(id), subscriptionField(uri)), REDIS_MS);
    },

    /** Writes when sessions were last used, and keeps what there is of them for as long as is said now, in seconds. */
    async touch(uses: readonly SessionActivity[]): Promise<void> {
      const members = new Map<string, { score: number; value: string }[]>();
      const kept = new Map<string, number>();
      const keep = (key: string, seconds: number) => kept.set(key, Math.max(seconds, kept.get(key) ?? 0));
      for (const { id, at, keepSeconds, ...whose } of uses) {
        for (const index of [...indexes(whose), keys.streamsOf(whose.adapterId)]) {
          const used = members.get(index) ?? [];
          members.set(index, used);
          used.push({ score: at, value: id });
          keep(index, keepSeconds);
        }
        keep(keys.openedOf(whose.adapterId), keepSeconds);
        keep(keys.record(id), keepSeconds);
      }
      const writes = connected(redis).multi();
      for (const [index, used] of members) writes.zAdd(index, used, { condition: 'XX', comparison: 'GT' });
      for (const [key, seconds] of kept) writes.expire(key, seconds, 'GT');
      await withTimeout(writes.exec(), REDIS_MS);
    },

    /** Ids of sessions that were used last before `before`, the longest idle first. */
    idle: (adapterId: string, before: number, limit: number): Promise<string[]> =>
      idsBefore(keys.ofAdapter(adapterId), before, limit),

    /** Ids of streams of the older HTTP transport that were last seen open before `before`. */
    abandonedStreams: (adapterId: string, before: number, limit: number): Promise<string[]> =>
      idsBefore(keys.streamsOf(adapterId), before, limit),

    /** Ids of sessions that were opened before `before`, the oldest first. */
    openedBefore: (adapterId: string, before: number, limit: number): Promise<string[]> =>
      idsBefore(keys.openedOf(adapterId), before, limit),

    /** Takes one, so that no two tell the same server. */
    async nextTermination(): Promise<Termination | null> {
      const text = await withTimeout(redis.lPop(keys.terminations), REDIS_MS);
      return text === null ? null : Termination.parse(JSON.parse(text));
    },
  };
}
