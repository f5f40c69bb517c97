import type { Logger } from '@mcp-gateway/common/logging';
import { bounded, type RedisClient } from '@mcp-gateway/common/redis';
import type { SessionEnvelope } from '@mcp-gateway/protocol';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';

/** What Redis keeps of a session. */
const SessionRecord = z.object({
  adapter: z.string(),
  caller: z.string(),
  /** Where it lives now. */
  endpointId: z.string(),
  upstreamId: z.string(),
  /** The client's initialize message, when it was small enough to keep. */
  initialize: z.string().nullable(),
  closed: z.boolean().default(false),
});
type SessionRecord = z.infer<typeof SessionRecord>;

type SessionPlace = Pick<SessionRecord, 'endpointId' | 'closed'>;

export interface SessionStore {
  /** Writes the record. Must have succeeded before the client learns the id. Rejects when Redis is away. */
  open(envelope: SessionEnvelope, adapter: string, initialize: string | null): Promise<void>;
  /** Where the session is. Without Redis the envelope's own word is good enough. */
  find(envelope: SessionEnvelope): Promise<SessionPlace>;
  /** Ends it for every data plane. */
  end(envelope: SessionEnvelope, adapter: string): Promise<void>;
  close(): void;
}

const MAX_CACHED = 50_000;
const RECORD_SECONDS = 24 * 3600;
const TOUCH_EVERY_MS = 600_000;
/** How long to live on the envelope alone before Redis is asked again. */
const UNKNOWN_FOR_MS = 3_000;
const REDIS_MS = 1_000;

export function sessionStore({
  redis,
  prefix,
  log,
}: {
  redis: RedisClient;
  prefix: string;
  log: Logger;
}): SessionStore {
  const places = new LRUCache<string, SessionPlace>({ max: MAX_CACHED, ttl: TOUCH_EVERY_MS });
  const keyOf = ({ id }: SessionEnvelope) => `${prefix}:session:${id}`;
  const changed = `${prefix}:sessions:changed`;
  /** Counts broadcasts: a record that was asked for before the last one may be out of date. */
  let broadcasts = 0;
  const forget = (id?: string) => {
    broadcasts += 1;
    if (id === undefined) places.clear();
    else places.delete(id);
  };
  const subscriber = redis.duplicate();
  subscriber.on('error', () => {}); // the command connection logs the outage
  subscriber.on('ready', () => forget()); // changes may have been missed
  subscriber
    .connect()
    .then(() => subscriber.subscribe(changed, forget))
    .catch(() => {});

  const write = (envelope: SessionEnvelope, record: SessionRecord) =>
    bounded(
      redis.set(keyOf(envelope), JSON.stringify(record), { expiration: { type: 'EX', value: RECORD_SECONDS } }),
      REDIS_MS,
    );

  async function read(envelope: SessionEnvelope): Promise<SessionRecord | null> {
    const text = await bounded(redis.getEx(keyOf(envelope), { type: 'EX', value: RECORD_SECONDS }), REDIS_MS);
    return text === null ? null : SessionRecord.parse(JSON.parse(text));
  }

  return {
    async open(envelope, adapter, initialize) {
      const { caller, endpointId, upstreamId } = envelope;
      await write(envelope, { adapter, caller, endpointId, upstreamId, initialize, closed: false });
      places.set(envelope.id, { endpointId, closed: false });
    },
    async find(envelope) {
      const known = places.get(envelope.id);
      if (known) return known;
      const unknown = { endpointId: envelope.endpointId, closed: false };
      const before = broadcasts;
      try {
        const place = (await read(envelope)) ?? unknown;
        if (broadcasts === before) places.set(envelope.id, place);
        return place;
      } catch (error) {
        log.debug({ err: error }, 'session record not read; its id says enough');
        places.set(envelope.id, unknown, { ttl: UNKNOWN_FOR_MS });
        return unknown;
      }
    },
    async end(envelope, adapter) {
      const { caller, endpointId, upstreamId } = envelope;
      places.set(envelope.id, { endpointId, closed: true });
      await write(envelope, { adapter, caller, endpointId, upstreamId, initialize: null, closed: true });
      await bounded(redis.publish(changed, envelope.id), REDIS_MS);
    },
    close() {
      if (subscriber.isOpen) subscriber.destroy();
    },
  };
}
