import { performance } from 'node:perf_hooks';
import { GatewayError, unavailable } from '@mcp-gateway/common/errors';
import { hasExpired, type Principal } from '@mcp-gateway/common/principal';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import pLimit from 'p-limit';
import type { Claims } from '../claims.js';
import type { WarningLog } from '../key-set.js';
import { unknownTokenBudget } from './budget.js';
import type { Introspect } from './endpoint.js';

/** How long a token holds that cannot be checked again. */
const OUTAGE_MS = 5 * 60_000;
/** A token with an open stream is checked after this, so that the stream ends within 30 seconds of a revocation. */
const STREAM_MS = 20_000;
/** Between two attempts to check a token again, and two log lines about that. */
const RETRY_MS = 5_000;
const WARN_MS = 15_000;
const REFUSED_MS = 10_000;
/** For the answer, and the wait for a free call. */
const ANSWER_MS = 5_000;
const MAX_TOKENS = 10_000;
const MAX_WAITING = 1_000;
export const MAX_CALLS = 32;

/** The sign-in with tokens that an issuer is asked about. */
export interface IntrospectedTokens {
  /** Whether this issuer is to be asked about a token that is not remembered. */
  takes(token: string): boolean;
  /**
   * The caller of a token that was checked a short while ago; undefined when it has to be checked.
   * @param key a hash of the token
   * @throws GatewayError as `verify`, when the token was refused a short while ago
   */
  remembered(key: string): Principal | undefined;
  /**
   * @param address of the client
   * @throws GatewayError SIGN_IN_REQUIRED, FORBIDDEN when the token does not hold; UNAVAILABLE when that cannot be found out
   */
  verify(key: string, token: string, address: string | undefined): Promise<Principal>;
  /** Whether the sign-in still holds, as far as is known; has it checked again if that was long ago. */
  isHeld(principal: Principal): boolean;
  /** Called when sign-ins have ceased to hold. */
  onRevoked(listener: () => void): void;
}

export interface IntrospectedTokensParts {
  takes: (token: string) => boolean;
  introspect: Introspect;
  /** @throws GatewayError SIGN_IN_REQUIRED, FORBIDDEN when the answer names no caller */
  callerOf: (answer: Claims) => Principal;
  cacheSeconds: number;
  log: WarningLog;
  /** Milliseconds since the epoch. */
  now: () => number;
  maxTokens?: number;
}

interface Entry {
  key: string;
  /** Needed to ask about it again. */
  token: string;
  principal: Principal;
  checkedAt: number;
  retryAt: number;
  wasUsed: boolean;
}

/**
 * Remembers by hash what an issuer has said of tokens. A token in use is checked again in the background before its
 * answer is too old. While the issuer does not answer, tokens hold for five minutes after their last check, and never
 * beyond their end.
 */
export class IntrospectedTokenTable implements IntrospectedTokens {
  readonly #byKey = new Map<string, Entry>();
  /** By `Principal.introspection`. */
  readonly #byId = new Map<string, Entry>();
  readonly #refused = new Map<string, { error: GatewayError; until: number }>();
  readonly #calls = new Map<string, Promise<Principal>>();
  readonly #listeners: (() => void)[] = [];
  readonly #limit = pLimit(MAX_CALLS);
  readonly #budget: ReturnType<typeof unknownTokenBudget>;
  readonly #cacheMs: number;
  readonly #maxTokens: number;
  #warnedAt = -Infinity;
  #lastId = 0;

  constructor(private readonly parts: IntrospectedTokensParts) {
    this.#budget = unknownTokenBudget(parts.now);
    this.#cacheMs = parts.cacheSeconds * 1000;
    this.#maxTokens = parts.maxTokens ?? MAX_TOKENS;
  }

  takes(token: string): boolean {
    return this.parts.takes(token);
  }

  onRevoked(listener: () => void): void {
    this.#listeners.push(listener);
  }

  remembered(key: string): Principal | undefined {
    const now = this.parts.now();
    const entry = this.#byKey.get(key);
    if (!entry) {
      const refused = this.#refused.get(key);
      if (refused && refused.until > now) throw refused.error;
      return undefined;
    }
    const age = now - entry.checkedAt;
    const mayAsk = now >= entry.retryAt;
    if (!this.#isUsable(entry, now) || (age >= this.#cacheMs && mayAsk)) return undefined;
    if (age >= (this.#cacheMs * 2) / 3 && mayAsk) this.#refresh(entry);
    entry.wasUsed = true;
    return entry.principal;
  }

  isHeld({ introspection: id }: Principal): boolean {
    if (id === undefined) return true;
    const now = this.parts.now();
    const entry = this.#byId.get(id);
    if (!entry || !this.#isUsable(entry, now)) return false;
    const isOld = now - entry.checkedAt >= Math.min(STREAM_MS, (this.#cacheMs * 2) / 3);
    if (isOld && now >= entry.retryAt) this.#refresh(entry);
    entry.wasUsed = true;
    return true;
  }

  #isUsable({ checkedAt, principal }: Entry, now: number): boolean {
    return now - checkedAt < OUTAGE_MS && !hasExpired(principal, now / 1000);
  }

  #refresh({ key, token }: Entry): void {
    if (!this.#calls.has(key)) void this.verify(key, token, undefined).catch(() => {});
  }

  /** All who ask about one token share one call. */
  verify(key: string, token: string, address: string | undefined): Promise<Principal> {
    const running = this.#calls.get(key);
    if (running) return running;
    if (!this.#byKey.has(key)) {
      if (this.#limit.pendingCount >= MAX_WAITING) {
        throw unavailable('too many tokens are waiting to be verified', { retryAfterSeconds: 2 });
      }
      this.#budget.take(address);
    }
    const call = this.#check(key, token, address).finally(() => this.#calls.delete(key));
    this.#calls.set(key, call);
    return call;
  }

  async #check(key: string, token: string, address: string | undefined): Promise<Principal> {
    const known = this.#byKey.get(key);
    const startedAt = this.parts.now();
    let answer: Claims;
    try {
      answer = await this.#ask(token);
    } catch (error) {
      return this.#withoutAnswer(key, error);
    }
    try {
      const caller = this.parts.callerOf(answer);
      if (!known) this.#budget.giveBack();
      return this.#remember(key, token, caller, startedAt);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      if (!known) this.#budget.failed(address);
      this.#refuse(key, error);
      throw error;
    }
  }

  #ask(token: string): Promise<Claims> {
    const deadline = performance.now() + ANSWER_MS;
    const work = this.#limit(async () => {
      if (performance.now() >= deadline) throw new Error('the caller has stopped waiting');
      return this.parts.introspect(token);
    });
    return withTimeout(work, ANSWER_MS);
  }

  #withoutAnswer(key: string, error: unknown): Principal {
    const now = this.parts.now();
    if (now - this.#warnedAt >= WARN_MS) {
      this.#warnedAt = now;
      this.parts.log.warn({ err: error }, 'the introspection endpoint of the issuer does not answer as it should');
    }
    const entry = this.#byKey.get(key);
    if (entry && this.#isUsable(entry, now)) {
      entry.retryAt = now + RETRY_MS;
      return entry.principal;
    }
    throw unavailable('the issuer does not answer, so the token cannot be verified', { retryAfterSeconds: 5 });
  }

  #remember(key: string, token: string, caller: Principal, checkedAt: number): Principal {
    const known = this.#byKey.get(key);
    const isSame = known !== undefined && identityOf(known.principal) === identityOf(caller);
    const id = isSame ? known.principal.introspection : String((this.#lastId += 1));
    const principal = { ...caller, introspection: id };
    if (!isSame) this.#forget(key);
    while (this.#byKey.size >= this.#maxTokens && !isSame) this.#makeRoom();
    const entry = { key, token, principal, checkedAt, retryAt: -Infinity, wasUsed: true };
    this.#byKey.set(key, entry);
    this.#byId.set(String(id), entry);
    this.#refused.delete(key);
    if (known && !isSame) this.#announce();
    return principal;
  }

  #refuse(key: string, error: GatewayError): void {
    const oldest = this.#refused.size >= this.#maxTokens ? this.#refused.keys().next() : undefined;
    if (oldest && !oldest.done) this.#refused.delete(oldest.value);
    this.#refused.delete(key);
    this.#refused.set(key, { error, until: this.parts.now() + Math.min(REFUSED_MS, this.#cacheMs) });
    if (this.#forget(key)) this.#announce();
  }

  #forget(key: string): boolean {
    const entry = this.#byKey.get(key);
    if (entry) this.#byId.delete(String(entry.principal.introspection));
    return this.#byKey.delete(key);
  }

  /** Forgets the token that was added first, unless it was used since the last time. */
  #makeRoom(): void {
    const [key, entry] = this.#byKey.entries().next().value as [string, Entry];
    if (!entry.wasUsed) return void this.#forget(key);
    this.#byKey.delete(key);
    this.#byKey.set(key, Object.assign(entry, { wasUsed: false }));
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** What a stream was opened with: one whose caller is another one now, or has other roles, must end. */
const identityOf = ({ subject, name, roles, tenant }: Principal): string =>
  JSON.stringify([subject, name, roles, tenant]);
