import { unavailable } from '@mcp-gateway/common/errors';
import { hasExpired, type Principal } from '@mcp-gateway/common/principal';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import { connected, type RedisClient, subscription } from '@mcp-gateway/platform/redis';
import type { WarningLog } from '../oidc/key-set.js';
import { type PresentedKey, unknownKey } from './api-key.js';
import { isSealedFor, type Peppers, principalOfKey, sealedKeyIn } from './sealed-key.js';
import { apiKeyKeys, REPORT_USES } from './stored-keys.js';
import type { ApiKeys } from './verifier.js';

const RELOAD_EVERY_MS = 30_000;
const REPORT_EVERY_MS = 60_000;
/** How long known keys count that cannot be read again. */
const OUTAGE_MS = 60 * 60_000;
const ANSWER_MS = 2_000;
const MAX_KEYS = 10_000;
const MAX_LOOKUPS = 1_000;
const BATCH = 500;

/** The API keys that this process has verified, as Redis has them. */
export interface ApiKeyTable extends ApiKeys {
  /** Whether the sign-in still holds, if it is one with an API key. */
  isHeld(principal: Principal): boolean;
  /** Called when keys have ceased to hold. */
  onRevoked(listener: () => void): void;
  /** Reports the last uses, and ends. */
  close(): Promise<void>;
}

export interface ApiKeyTableParts {
  redis: RedisClient;
  prefix: string;
  peppers: Peppers;
  log: WarningLog;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
  reloadEveryMs?: number;
  reportEveryMs?: number;
  maxKeys?: number;
}

interface Entry {
  hash: string;
  json: string;
  principal: Principal;
  wasUsed: boolean;
  /** Milliseconds since the epoch. */
  usedAt: number;
  reportedAt: number;
}

/**
 * Looks keys up in Redis when they are first used and remembers those that hold. It learns of a revocation at once, and
 * reads the remembered keys again on reconnect and on a timer. Once a minute it tells Redis which were used. While Redis is unavailable, known keys hold for an hour.
 */
export function followApiKeys(parts: ApiKeyTableParts): ApiKeyTable {
  const { redis, prefix, reloadEveryMs = RELOAD_EVERY_MS, reportEveryMs = REPORT_EVERY_MS } = parts;
  const copy = new KeyCopy(parts);
  const reload = () => void copy.reload().catch(() => {}); // the client logs its outages
  const changes = subscription(redis, { [apiKeyKeys(prefix).revocations]: (id) => copy.revoke(id) }, reload);
  redis.on('ready', reload);
  const report = () => copy.report().catch(() => {});
  const timers = [setInterval(reload, reloadEveryMs), setInterval(() => void report(), reportEveryMs)];
  for (const timer of timers) timer.unref();
  return {
    remembered: (hash) => copy.remembered(hash),
    verify: (key) => copy.verify(key),
    isHeld: (principal) => principal.apiKey === undefined || copy.isHeld(principal),
    onRevoked: (listener) => void copy.listeners.push(listener),
    async close() {
      for (const timer of timers) clearInterval(timer);
      redis.off('ready', reload);
      changes.close();
      await report();
    },
  };
}

class KeyCopy {
  readonly listeners: (() => void)[] = [];
  readonly #byHash = new Map<string, Entry>();
  readonly #byId = new Map<string, Entry>();
  /** Ids never come back, so an answer that was under way when one was revoked cannot bring it back. */
  readonly #revoked = new Set<string>();
  readonly #lookups = new Map<string, Promise<Principal>>();
  readonly #keys: ReturnType<typeof apiKeyKeys>;
  readonly #now: () => number;
  readonly #maxKeys: number;
  #confirmedAt = -Infinity;

  constructor(private readonly parts: ApiKeyTableParts) {
    this.#keys = apiKeyKeys(parts.prefix);
    this.#now = parts.now ?? Date.now;
    this.#maxKeys = parts.maxKeys ?? MAX_KEYS;
  }

  remembered(hash: string): Principal | undefined {
    const entry = this.#byHash.get(hash);
    if (!entry || !this.isHeld(entry.principal)) return undefined;
    entry.wasUsed = true;
    entry.usedAt = this.#now();
    return entry.principal;
  }

  isHeld(principal: Principal): boolean {
    const now = this.#now();
    const isKnown = this.#byId.has(principal.apiKey ?? '');
    return isKnown && now - this.#confirmedAt < OUTAGE_MS && !hasExpired(principal, now / 1000);
  }

  /** Of one key at most one at a time. */
  verify(key: PresentedKey): Promise<Principal> {
    const running = this.#lookups.get(key.hash);
    if (running) return running;
    if (this.#lookups.size >= MAX_LOOKUPS)
      throw unavailable(`the gateway looks up ${MAX_LOOKUPS} API keys at once already, its maximum; try again`, {
        retryAfterSeconds: 1,
      });
    const lookup = this.#look(key).finally(() => this.#lookups.delete(key.hash));
    this.#lookups.set(key.hash, lookup);
    return lookup;
  }

  async #look({ id, hash }: PresentedKey): Promise<Principal> {
    const { isComplete, found } = await this.#read([id]).catch((cause: unknown) => {
      throw unavailable('Redis does not answer, so the API key cannot be verified', { retryAfterSeconds: 2, cause });
    });
    const [json] = found;
    if (!json && !isComplete) throw unavailable('the API keys are not published yet', { retryAfterSeconds: 2 });
    const entry = json ? this.#entryOf(hash, json) : undefined;
    if (!entry || this.#revoked.has(id)) throw unknownKey();
    if (this.#confirmedAt === -Infinity || this.#byId.size === 0) this.#confirmedAt = this.#now();
    return this.#remember(id, entry);
  }

  #entryOf(hash: string, json: string): Entry | undefined {
    const sealed = sealedKeyIn(json);
    if (!sealed || !isSealedFor(hash, sealed, this.parts.peppers())) return undefined;
    const principal = principalOfKey(sealed);
    const usedAt = this.#now();
    if (hasExpired(principal, usedAt / 1000)) return undefined;
    return { hash, json, principal, wasUsed: true, usedAt, reportedAt: -Infinity };
  }

  #remember(id: string, entry: Entry): Principal {
    const known = this.#byId.get(id);
    if (known?.hash === entry.hash && known.json === entry.json) {
      known.usedAt = entry.usedAt;
      return known.principal; // its streams go on
    }
    while (this.#byId.size >= this.#maxKeys && !known) this.#makeRoom();
    this.#byId.set(id, entry);
    this.#byHash.set(entry.hash, entry);
    return entry.principal;
  }

  /** Forgets the key that was added first, unless it was used since the last time. */
  #makeRoom(): void {
    const [id, entry] = this.#byId.entries().next().value as [string, Entry];
    this.#byId.delete(id);
    if (entry.wasUsed) this.#byId.set(id, Object.assign(entry, { wasUsed: false }));
    else this.#byHash.delete(entry.hash);
  }

  revoke(id: string): void {
    this.#revoked.add(id);
    const oldest = this.#revoked.size > MAX_KEYS ? this.#revoked.values().next() : undefined;
    if (oldest && !oldest.done) this.#revoked.delete(oldest.value);
    if (this.#forget(id)) this.#announce();
  }

  #forget(id: string): boolean {
    const entry = this.#byId.get(id);
    if (!entry) return false;
    this.#byHash.delete(entry.hash);
    return this.#byId.delete(id);
  }

  #announce(): void {
    for (const listener of this.listeners) listener();
  }

  /** Reads the remembered keys again. */
  async reload(): Promise<void> {
    const startedAt = this.#now();
    const ids = [...this.#byId.keys()];
    let isWhole = true;
    let isChanged = false;
    for (let at = 0; at === 0 || at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH);
      const { isComplete, found } = await this.#read(batch);
      isWhole &&= isComplete;
      for (const [index, id] of batch.entries()) isChanged = this.#update(id, found[index], isComplete) || isChanged;
    }
    if (isWhole) this.#confirmedAt = startedAt;
    if (isChanged) this.#announce();
  }

  /** True when the key has ceased to hold. Redis that came back empty says nothing of a key. */
  #update(id: string, json: string | null | undefined, isComplete: boolean): boolean {
    const known = this.#byId.get(id);
    if (!known || json === known.json || (!json && !isComplete)) return false;
    const entry = json ? this.#entryOf(known.hash, json) : undefined;
    if (!entry) return this.#forget(id);
    known.json = entry.json; // a key never changes; only its codes do, when a pepper does
    return false;
  }

  /** Writes when keys were used that were used since the last time. */
  async report(): Promise<void> {
    const used = [...this.#byId].filter(([, { usedAt, reportedAt }]) => usedAt > reportedAt);
    for (let at = 0; at < used.length; at += BATCH) {
      const batch = used.slice(at, at + BATCH).map(([id, entry]) => ({ id, entry, usedAt: entry.usedAt }));
      const { sealed, revoked, uses } = this.#keys;
      const pairs = batch.flatMap(({ id, usedAt }) => [id, String(Math.floor(usedAt / 1000))]);
      const writing = connected(this.parts.redis).eval(REPORT_USES, {
        keys: [sealed, revoked, uses],
        arguments: pairs,
      });
      await withTimeout(writing, ANSWER_MS);
      for (const { entry, usedAt } of batch) entry.reportedAt = usedAt;
    }
  }

  async #read(ids: readonly string[]): Promise<{ isComplete: boolean; found: (string | null)[] }> {
    const { redis } = this.parts;
    const commands = connected(redis).multi().exists(this.#keys.complete);
    const reading = commands.hmGet(this.#keys.sealed, ids.length > 0 ? [...ids] : ['-']).execTyped();
    const [complete, found] = await withTimeout(reading, ANSWER_MS);
    return { isComplete: complete === 1, found };
  }
}
