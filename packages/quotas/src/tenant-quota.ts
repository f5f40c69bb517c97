import { QUOTA_WINDOWS, type Quota, type QuotaWindow } from '@mcp-gateway/common/contracts';
import { LRUCache } from 'lru-cache';
import { RequestCounter, type WithoutRedis } from './counter.js';
import { hashed, quotaKeys, type QuotaLedger } from './ledger.js';
import {
  type Admission,
  later,
  limitsMessages,
  type QuotaRefusal,
  rateLimitFields,
  refused,
  type Scope,
  type ScopeState,
  type Traffic,
  unlimited,
} from './scope.js';
import { Slots } from './slots.js';

/** The part of a request that quotas are about. */
export interface Call {
  /** How many JSON-RPC requests it has; more than one in a batch. */
  requests: number;
  caller: string;
  adapter: string;
  /** The tools that it calls; empty for other requests. */
  tools: readonly string[];
}

export interface QuotaContext {
  ledger: QuotaLedger;
  /** The id of this data plane. */
  dataPlane: string;
  withoutRedis: WithoutRedis;
  /** How many data planes there are, as far as this one knows. */
  planes: () => number;
  onLease: (outcome: 'granted' | 'exhausted' | 'local') => void;
}

/** Callers, adapters and tools of one tenant that are counted apart at the same time. */
const MAX_SCOPES = 10_000;
/** A request that lost every lease to others so often is refused. */
const MAX_TRIES = 20;
/** For how long Redis is not asked after it has not answered. */
const AWAY_MS = 1_000;

/** The quota of one tenant in one data plane. */
export class TenantQuota {
  readonly #keys: ReturnType<typeof quotaKeys>;
  readonly #states = new LRUCache<string, ScopeState>({ max: MAX_SCOPES });
  readonly #tenant = unlimited('tenant', 'tenant');
  #streams: Slots | undefined;
  readonly #asking = new Set<RequestCounter>();
  readonly #askingSlots = new Set<Slots>();
  /** What may be in use, by key, so that a scope that was forgotten finds its slots again. */
  readonly #held = new Map<string, Slots>();
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #awayUntil = 0;
  /** Whether its limits can refuse a message at all. */
  countsMessages: boolean;

  constructor(
    readonly tenant: string,
    prefix: string,
    private quota: Quota,
    private readonly context: QuotaContext,
  ) {
    this.#keys = quotaKeys(prefix, tenant);
    this.countsMessages = limitsMessages(quota);
  }

  /** Takes other limits. What is under way keeps its slots. */
  setQuota(quota: Quota): void {
    this.quota = quota;
    this.countsMessages = limitsMessages(quota);
    if (this.#streams && quota.streams !== undefined) this.#streams.setLimit(quota.streams);
  }

  /** Most open sessions; the records of sessions count them. */
  get sessions(): number | undefined {
    return this.quota.sessions;
  }

  /** Whether `ledger` did not answer just now. */
  isLocal(now = performance.now()): boolean {
    return now < this.#awayUntil || !this.context.ledger.isReady();
  }

  /** Admits a message or refuses it as a whole. Without a promise when what it needs has been leased already. */
  admit(call: Call): Admission | Promise<Admission> {
    const scopes = this.#scopesOf(call);
    return this.#attempt(scopes, call.requests) ?? this.#wait(scopes, call.requests);
  }

  /** Admits a stream. */
  admitStream(): Admission | Promise<Admission> {
    const { streams } = this.quota;
    if (streams === undefined) return { refusal: undefined, headers: [], release: undefined };
    this.#streams ??= new Slots(this.#keys.slots('tenant', 'streams'), streams);
    const scope = { ...unlimited('tenant', 'tenant'), slots: this.#streams };
    return this.#attempt([scope], 1) ?? this.#wait([scope], 1);
  }

  async #wait(scopes: ScopeState[], count: number): Promise<Admission> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      await this.#ask(scopes, count);
      const admission = this.#attempt(scopes, count);
      if (admission) return admission;
    }
    const [{ scope, counters, slots }] = scopes as [ScopeState];
    const what = (counters[0]?.window as QuotaWindow | undefined) ?? this.#whatOf(slots);
    const limit = counters[0]?.limit ?? slots?.limit ?? 0;
    return refused(
      { scope, what, limit, retryAfterSeconds: 1, isWithoutRedis: false },
      rateLimitFields(scopes, performance.now()),
    );
  }

  /** Undefined when a lease is needed first. Takes from all counters, or from none. */
  #attempt(scopes: ScopeState[], count: number): Admission | undefined {
    const now = performance.now();
    let refusal: QuotaRefusal | undefined;
    let isLacking = false;
    for (const { scope, counters, slots } of scopes) {
      for (const counter of counters) {
        counter.roll(now);
        if (counter.left >= count) continue;
        if (!counter.isEmpty(now)) isLacking = true;
        else refusal = later(refusal, this.#refusalOf(scope, counter, now));
      }
      if (!slots || slots.inUse < slots.reserved) continue;
      if (!slots.isFull(now)) isLacking = true;
      else refusal = later(refusal, this.#slotsRefusal(scope, slots, now));
    }
    if (refusal) return refused(refusal, rateLimitFields(scopes, now));
    if (isLacking) return undefined;
    return this.#take(scopes, count, now);
  }

  #take(scopes: ScopeState[], count: number, now: number): Admission {
    const held: Slots[] = [];
    for (const { counters, slots } of scopes) {
      for (const counter of counters) {
        counter.take(count);
        if (!counter.isLow(now)) continue;
        counter.isAsked = true;
        void this.#lease([counter], []);
      }
      if (!slots) continue;
      slots.inUse += 1;
      slots.isRecent = true;
      held.push(slots);
      if (slots.inUse === 1) this.#held.set(slots.key, slots); // else it is there already
    }
    const release = held.length > 0 ? () => this.#release(held) : undefined;
    return { refusal: undefined, headers: rateLimitFields(scopes, now), release };
  }

  #release(held: Slots[]): void {
    for (const slots of held) {
      slots.inUse -= 1;
      if (slots.hasExcess()) void this.#lease([], [slots]);
    }
  }

  #ask(scopes: ScopeState[], count: number): Promise<void> {
    const now = performance.now();
    const counters = scopes.flatMap((scope) => scope.counters.filter(({ left }) => left < count));
    const slots = scopes.flatMap((scope) => (scope.slots && !scope.slots.isFull(now) ? [scope.slots] : []));
    for (const counter of counters) counter.demand += count;
    for (const each of slots) each.demand += 1;
    return this.#lease(counters, slots);
  }

  /** One call to the ledger at a time; what is asked for meanwhile goes into the next. */
  #lease(counters: RequestCounter[], slots: Slots[]): Promise<void> {
    for (const counter of counters) this.#asking.add(counter);
    for (const each of slots) this.#askingSlots.add(each);
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return (this.#running = this.#send());
    });
    return this.#next;
  }

  async #send(): Promise<void> {
    const counters = [...this.#asking];
    const slots = [...this.#askingSlots];
    this.#asking.clear();
    this.#askingSlots.clear();
    const leases = counters.map((counter) => counter.request());
    const slotRequests = slots.map((each) => each.request());
    const needed = slots.map((each) => each.needed);
    for (const each of [...counters, ...slots]) each.demand = 0;
    for (const counter of counters) counter.isAsked = false;
    const { ledger, dataPlane, withoutRedis, planes, onLease } = this.context;
    try {
      if (this.isLocal()) throw new Error('Redis is unavailable');
      const [granted, taken] = await Promise.all([
        leases.length > 0 ? ledger.lease(leases) : [],
        slotRequests.length > 0 ? ledger.takeSlots(dataPlane, slotRequests) : [],
      ]);
      const now = performance.now();
      granted.forEach((lease, at) => {
        const need = leases[at]?.need ?? 0;
        counters[at]?.granted(lease, need, now);
        onLease(lease.granted < need ? 'exhausted' : 'granted');
      });
      taken.forEach((each, at) => slots[at]?.granted(each.granted, needed[at] ?? 0, now));
    } catch {
      const now = performance.now();
      if (now >= this.#awayUntil) this.#awayUntil = now + AWAY_MS;
      counters.forEach((counter, at) => {
        counter.grantLocally(leases[at]?.need ?? 0, withoutRedis, planes(), { now, clock: Date.now() });
        onLease('local');
      });
      slots.forEach((each, at) => each.grantLocally(needed[at] ?? 0, withoutRedis, planes(), now));
    }
  }

  /** Keeps the slots in use from expiring, and gives back the spare ones of what is idle. */
  async renew(): Promise<void> {
    for (const [key, slots] of this.#held) {
      if (slots.inUse === 0 && slots.reserved === 0) this.#held.delete(key);
      else slots.isRecent = slots.inUse > 0;
    }
    if (this.#held.size > 0) await this.#lease([], [...this.#held.values()]);
  }

  #scopesOf({ caller, adapter, tools }: Call): ScopeState[] {
    const { quota } = this;
    const scopes = [this.#configured(this.#tenant, quota)];
    if (quota.perCaller) scopes.push(this.#state('caller', quota.perCaller, caller));
    if (quota.perAdapter) scopes.push(this.#state('adapter', quota.perAdapter, adapter));
    if (quota.perTool) {
      for (const tool of new Set(tools)) scopes.push(this.#state('tool', quota.perTool, `${adapter}/${tool}`));
    }
    return scopes;
  }

  #state(scope: Scope, traffic: Traffic, name: string): ScopeState {
    const known = `${scope} ${name}`;
    let state = this.#states.get(known);
    if (!state) {
      state = unlimited(scope, `${scope}:${hashed(name)}`);
      this.#states.set(known, state);
    }
    return this.#configured(state, traffic);
  }

  /** Gives the state the limits of now. */
  #configured(state: ScopeState, traffic: Traffic): ScopeState {
    if (state.traffic === traffic) return state;
    const { id, scope } = state;
    const windows = Object.entries(traffic.requests) as [QuotaWindow, number | undefined][];
    state.counters = windows.flatMap(([window, limit]) => {
      if (limit === undefined) return [];
      const known = state.counters.find((counter) => counter.window === window);
      known?.setLimit(limit);
      return [known ?? new RequestCounter(this.#keys.requests(id, window), window, QUOTA_WINDOWS[window], limit)];
    });
    state.policies = state.counters
      .map(({ window, limit, seconds }) => `"${scope}-${window}";q=${limit};w=${seconds}`)
      .join(', ');
    const { concurrentRequests } = traffic;
    if (concurrentRequests === undefined) state.slots = undefined;
    else {
      const key = this.#keys.slots(id, 'concurrentRequests');
      state.slots ??= this.#held.get(key) ?? new Slots(key, concurrentRequests);
      state.slots.setLimit(concurrentRequests);
    }
    state.traffic = traffic;
    return state;
  }

  #refusalOf(scope: Scope, counter: RequestCounter, now: number): QuotaRefusal {
    return {
      scope,
      what: counter.window as QuotaWindow,
      limit: counter.limit,
      retryAfterSeconds: this.#isClosed(now) ? 1 : counter.resetSeconds(now),
      isWithoutRedis: this.#isClosed(now),
    };
  }

  #slotsRefusal(scope: Scope, slots: Slots, now: number): QuotaRefusal {
    const what = this.#whatOf(slots);
    return { scope, what, limit: slots.limit, retryAfterSeconds: 1, isWithoutRedis: this.#isClosed(now) };
  }

  #whatOf = (slots: Slots | undefined) => (slots === this.#streams ? 'streams' : 'concurrentRequests');

  #isClosed(now: number): boolean {
    return this.context.withoutRedis === 'refuse' && this.isLocal(now);
  }
}
