import { withTimeout } from '@mcp-gateway/platform/concurrency';
import { connected, type RedisClient } from '@mcp-gateway/platform/redis';
import type { WarningLog } from '../oidc/key-set.js';
import { type ApiKey, type Peppers, sealKey } from './sealed-key.js';
import { apiKeyKeys, PUBLISH, REMEMBER_REVOKED_MS, WITHDRAW } from './stored-keys.js';

const ANSWER_MS = 2_000;

/** The truth about API keys. */
export interface ApiKeySource {
  /** Every key that has not expired. */
  all(): Promise<ApiKey[]>;
  /** Those of the ids that belong to such a key. */
  existing(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Writes API keys to Redis, where data planes look them up. Each method rejects while Redis is unavailable. */
export interface ApiKeyPublisher {
  publish(key: ApiKey): Promise<void>;
  /** Removes a key that no longer exists, and tells the data planes. */
  withdraw(id: string): Promise<void>;
  /** Makes Redis hold exactly the keys of the source. */
  publishAll(source: ApiKeySource): Promise<void>;
  /** When those of the keys that were used were last used, in seconds since the epoch; up to a minute old. */
  lastUses(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Whether all keys have been written since Redis was empty, and sealed with the peppers of now. */
  isComplete(): Promise<boolean>;
}

export function apiKeyPublisher(redis: RedisClient, prefix: string, peppers: Peppers): ApiKeyPublisher {
  const keys = apiKeyKeys(prefix);
  const run = (script: string, ...args: (string | number)[]) =>
    redis.eval(script, { keys: [keys.sealed, keys.revoked, keys.uses], arguments: args.map(String) });
  const write = (id: string, json: string) => run(PUBLISH, id, json);
  let sealedWith: ReturnType<Peppers> | undefined;
  const withdraw = async (id: string) => {
    await run(WITHDRAW, id, Date.now(), Date.now() - REMEMBER_REVOKED_MS, keys.revocations);
  };
  return {
    publish: async (key) => void (await write(key.id, sealKey(key, peppers()))),
    withdraw,
    async publishAll(source) {
      const used = peppers();
      const current = await source.all();
      const standing = await redis.hGetAll(keys.sealed);
      for (const key of current) {
        const json = sealKey(key, used);
        if (standing[key.id] !== json) await write(key.id, json);
        delete standing[key.id];
      }
      const others = Object.keys(standing);
      // A key may be newer than what was read; the id of one that is gone never comes back.
      const existing = others.length > 0 ? await source.existing(others) : new Set<string>();
      for (const id of others) if (!existing.has(id)) await withdraw(id);
      await redis.set(keys.complete, '1');
      sealedWith = used;
    },
    async lastUses(ids) {
      if (ids.length === 0) return new Map();
      const found = await withTimeout(connected(redis).hmGet(keys.uses, [...ids]), ANSWER_MS);
      return new Map(ids.flatMap((id, at) => (found[at] ? [[id, Number(found[at])] as const] : [])));
    },
    isComplete: async () => isSame(sealedWith, peppers()) && (await redis.exists(keys.complete)) === 1,
  };
}

const isSame = (some: readonly Buffer[] = [], others: readonly Buffer[]) =>
  some.length === others.length && some.every((pepper, at) => others[at]?.equals(pepper));

const CHECK_MS = 5_000;
/** A write to Redis may have failed. */
const REPEAT_MS = 60_000;

/**
 * Keeps Redis as the source is: at once, when Redis is available again, within seconds after Redis was emptied or a
 * pepper has changed, and every minute.
 * @returns ends it
 */
export function keepApiKeysPublished(
  {
    redis,
    publisher,
    source,
    log,
  }: { redis: RedisClient; publisher: ApiKeyPublisher; source: ApiKeySource; log: WarningLog },
  { checkMs = CHECK_MS, repeatMs = REPEAT_MS } = {},
): () => void {
  let running: Promise<void> | undefined;
  let publishedAt = -Infinity;

  async function pass(): Promise<void> {
    if (!redis.isReady) return;
    try {
      const isDue = performance.now() - publishedAt >= repeatMs;
      if (!isDue && (await publisher.isComplete())) return;
      await publisher.publishAll(source);
      publishedAt = performance.now();
    } catch (error) {
      log.warn({ err: error }, 'API keys cannot be published now; the next attempt follows');
    }
  }
  const check = () => void (running ??= pass().finally(() => (running = undefined)));
  const onReady = () => {
    publishedAt = -Infinity;
    check();
  };
  redis.on('ready', onReady);
  const timer = setInterval(check, checkMs).unref();
  check();
  return () => {
    clearInterval(timer);
    redis.off('ready', onReady);
  };
}
