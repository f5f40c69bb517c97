import { z } from 'zod';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import { connected, type RedisClient } from '@mcp-gateway/platform/redis';
import { ResourceKind, type ResourceRef } from '@mcp-gateway/common/contracts';
import { sessionKeys, type SessionOwner } from './keys.js';
import { fieldsOf, recordOf, subscriptionField, type SessionRecord } from './record.js';
import { changeOf, CLOSE, CREATE, JOIN_TENANT, MOVE, RELEASE, RESTORE, SET_FIELD, TERMINATE } from './scripts.js';

/** A session of a resource: enough to find its record. */
export interface SessionId extends SessionOwner {
  id: string;
}

/** With its caller: enough to find all that Redis has of it. */
export interface SessionRef extends SessionId {
  caller: string;
}

export interface SessionActivity extends SessionRef {
  /** When, in seconds since the epoch. */
  at: number;
  /** How long its record is needed from now on, by the limits that its resource has now. */
  keepSeconds: number;
}

export interface SessionBounds {
  /** Most open sessions of the resource, and of one caller of it. */
  max: number;
  maxPerCaller: number;
  /** Most open sessions of the record's tenant. */
  maxOfTenant?: number | undefined;
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

/** The end of a session that its server does not know of yet. */
const Termination = z.object({
  kind: ResourceKind,
  name: z.string(),
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

/** Session records in Redis. Every call rejects when Redis is unavailable, or has not answered within a second. */
export function sessionRecords(redis: RedisClient, prefix: string) {
  const store = { redis, keys: sessionKeys(prefix), run: runner(redis) };
  return { keys: store.keys, ...lifecycle(store), ...relocation(store), ...settings(store), ...activity(store) };
}

interface Store {
  redis: RedisClient;
  keys: ReturnType<typeof sessionKeys>;
  run: ReturnType<typeof runner>;
}

const runner = (redis: RedisClient) => (script: string, on: string[], args: (string | number)[]) =>
  withTimeout(redis.eval(script, { keys: on, arguments: args.map(String) }), REDIS_MS);

const indexesOf = (keys: Store['keys'], { caller, ...owner }: SessionOwner & { caller: string }) => [
  keys.used(owner),
  keys.usedBy(owner, caller),
];

async function find({ redis, keys }: Store, of: SessionId): Promise<FoundSession> {
  const reads = connected(redis).multi().hGetAll(keys.record(of, of.id)).zScore(keys.used(of), of.id);
  const [fields, lastUsedAt] = await withTimeout(reads.execTyped(), REDIS_MS);
  return { record: recordOf(fields), lastUsedAt };
}

/** What became of a session that a client wants to open: the limit that refuses it is named. */
export type Opening = 'opened' | 'adapter-full' | 'caller-full' | 'tenant-full';

async function leaveTenant({ redis, keys }: Store, tenant: string, id: string): Promise<void> {
  await withTimeout(redis.zRem(keys.ofTenant(tenant), id), REDIS_MS);
}

/** The beginning and the end of sessions. */
const lifecycle = (store: Store) => {
  const { redis, keys, run } = store;
  return {
    async create(ref: SessionRef, record: SessionRecord, bounds: SessionBounds): Promise<Opening> {
      const { max, maxPerCaller, maxOfTenant = Infinity, idleSince, keepSeconds } = bounds;
      const { tenant, openedAt } = record;
      if (tenant !== undefined) {
        const args = [ref.id, openedAt, openedAt + keepSeconds, maxOfTenant, keepSeconds];
        if ((await run(JOIN_TENANT, [keys.ofTenant(tenant)], args)) !== 1) return 'tenant-full';
      }
      const args = [ref.id, openedAt, idleSince, max, maxPerCaller, keepSeconds, ...fieldsOf(record)];
      const streams = record.transport === undefined ? [] : [keys.streams(ref)];
      const on = [keys.record(ref, ref.id), ...indexesOf(keys, ref), keys.opened(ref), ...streams];
      let outcome: Opening | undefined;
      try {
        return (outcome = (await run(CREATE, on, args)) as Opening);
      } finally {
        const leaving = tenant !== undefined && outcome !== 'opened' ? leaveTenant(store, tenant, ref.id) : undefined;
        await leaving?.catch(() => {}); // it counts until its time is over
      }
    },

    /** The open sessions that count against the limit of the tenant. */
    ofTenant: (tenant: string, now: number): Promise<number> =>
      withTimeout(redis.zCount(keys.ofTenant(tenant), `(${now}`, '+inf'), REDIS_MS),

    find: (of: SessionId): Promise<FoundSession> => find(store, of),

    /**
     * Ends it for all data planes; `tellServer` when the server does not know of the end. Does nothing when it was used since
     * `unlessUsedSince`. If it rejects, another call tells the server all the same.
     */
    async close(
      ref: SessionRef,
      resource: ResourceRef,
      { now, keepSeconds, ...how }: { now: number; keepSeconds: number; tellServer: boolean; unlessUsedSince?: number },
    ): Promise<boolean> {
      const record = keys.record(ref, ref.id);
      const on = [record, ...indexesOf(keys, ref), keys.opened(ref), keys.streams(ref)];
      const change = changeOf(ref.id, resource);
      const toTell = how.tellServer ? 1 : 0;
      const args = [ref.id, now, keepSeconds, keys.changed, change, toTell, how.unlessUsedSince ?? ''];
      const [closed, termination, tenant] = (await run(CLOSE, on, args)) as [number, string, string];
      if (termination !== '') {
        await run(TERMINATE, [keys.terminations], [termination, keys.termination]);
        await withTimeout(redis.hDel(record, 'termination'), REDIS_MS);
      }
      if (tenant !== '') {
        await leaveTenant(store, tenant, ref.id);
        await withTimeout(redis.hDel(record, 'tenant'), REDIS_MS);
      }
      return closed === 1;
    },

    /** Takes one from the list, so that one data plane tells the server. */
    async nextTermination(): Promise<Termination | null> {
      const text = await withTimeout(redis.lPop(keys.terminations), REDIS_MS);
      return text === null ? null : Termination.parse(JSON.parse(text));
    },
  };
};

/** Where sessions live. */
const relocation = (store: Store) => {
  const { redis, keys, run } = store;
  return {
    /** Of several moves that saw the same number of moves one succeeds, and none when the session has been closed. */
    async move(
      of: SessionId,
      resource: ResourceRef,
      seenMoves: number,
      to: Pick<SessionRecord, 'endpointId' | 'upstreamId' | 'recentMoves' | 'recentSince'>,
    ): Promise<boolean> {
      const args = [changeOf(of.id, resource), seenMoves, keys.changed, ...Object.entries(to).flat()];
      return (await run(MOVE, [keys.record(of, of.id)], args)) === 1;
    },

    /** Writes a record that may have been lost, unless Redis has one that is as late, or the session has been closed. */
    async restore(id: string, record: SessionRecord, keepSeconds: number): Promise<boolean> {
      const args = [changeOf(id, record), record.moves, keepSeconds, keys.changed, ...fieldsOf(record)];
      return (await run(RESTORE, [keys.record(record, id)], args)) === 1;
    },

    /** Keeps others from moving the session for `ms`, and reads it. Null when another holder has claimed it. */
    async claim(of: SessionId, holder: string, ms: number): Promise<FoundSession | null> {
      const options = { condition: 'NX', expiration: { type: 'PX', value: ms } } as const;
      const [claimed, found] = await Promise.all([
        withTimeout(redis.set(keys.moving(of, of.id), holder, options), REDIS_MS),
        find(store, of), // sent right behind it to the same node, and so as of after the claim
      ]);
      return claimed === null ? null : found;
    },
    async release(of: SessionId, holder: string): Promise<void> {
      await run(RELEASE, [keys.moving(of, of.id)], [holder]);
    },
  };
};

/** Settings that clients have changed since their sessions began. */
const settings = ({ redis, keys, run }: Store) => {
  const setField = async (of: SessionId, field: string, value: string) =>
    (await run(SET_FIELD, [keys.record(of, of.id)], [MAX_FIELDS, field, value])) === 1;
  return {
    /** Records a setting that the client has sent; false when the session is not open, or its record is full. */
    set: (of: SessionId, what: 'protocolVersion' | 'logLevel', value: string): Promise<boolean> =>
      setField(of, what, value),
    subscribe: (of: SessionId, uri: string): Promise<boolean> => setField(of, subscriptionField(uri), ''),
    async unsubscribe(of: SessionId, uri: string): Promise<void> {
      await withTimeout(redis.hDel(keys.record(of, of.id), subscriptionField(uri)), REDIS_MS);
    },
  };
};

/** When sessions were used, and which of them have not been used. */
const activity = (store: Store) => {
  const { redis, keys } = store;
  const idsBefore = (index: string, before: number, limit: number): Promise<string[]> =>
    withTimeout(
      redis.zRange(index, '-inf', `(${before}`, { BY: 'SCORE', LIMIT: { offset: 0, count: limit } }),
      REDIS_MS,
    );
  return {
    /** Writes when sessions were last used, and keeps their records and indexes for as long as is needed now. */
    async touch(activities: readonly SessionActivity[]): Promise<void> {
      const owners = Map.groupBy(activities, (used) => keys.used(used));
      // One transaction for each resource: the keys of two may be on different nodes.
      await Promise.all([...owners.values()].map((ofOwner) => withTimeout(touchOwner(store, ofOwner), REDIS_MS)));
    },

    /** Ids of sessions that were used last before `before`, the longest idle first. */
    idle: (owner: SessionOwner, before: number, limit: number): Promise<string[]> =>
      idsBefore(keys.used(owner), before, limit),

    /** Ids of streams of the older HTTP transport that were last seen open before `before`. */
    abandonedStreams: (owner: SessionOwner, before: number, limit: number): Promise<string[]> =>
      idsBefore(keys.streams(owner), before, limit),

    /** Ids of sessions that were opened before `before`, the oldest first. */
    openedBefore: (owner: SessionOwner, before: number, limit: number): Promise<string[]> =>
      idsBefore(keys.opened(owner), before, limit),
  };
};

/** All of one resource. */
async function touchOwner({ redis, keys }: Store, activities: readonly SessionActivity[]): Promise<void> {
  const members = new Map<string, { score: number; value: string }[]>();
  const lifetimes = new Map<string, number>();
  const extend = (key: string, seconds: number) => lifetimes.set(key, Math.max(seconds, lifetimes.get(key) ?? 0));
  for (const { at, keepSeconds, ...ref } of activities) {
    for (const index of [...indexesOf(keys, ref), keys.streams(ref)]) {
      const used = members.get(index) ?? [];
      members.set(index, used);
      used.push({ score: at, value: ref.id });
      extend(index, keepSeconds);
    }
    extend(keys.opened(ref), keepSeconds);
    extend(keys.record(ref, ref.id), keepSeconds);
  }
  const writes = connected(redis).multi();
  for (const [index, used] of members) writes.zAdd(index, used, { condition: 'XX', comparison: 'GT' });
  for (const [key, seconds] of lifetimes) writes.expire(key, seconds, 'GT');
  await writes.exec();
}
