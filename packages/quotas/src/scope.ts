import type { Quota, QuotaWindow } from '@mcp-gateway/common/contracts';
import type { RequestCounter } from './counter.js';
import type { Slots } from './slots.js';

/** Why a request is refused. */
export interface QuotaRefusal {
  /** Whose limit it is: `tenant`, `caller`, `adapter` or `tool`. */
  scope: Scope;
  what: QuotaWindow | 'concurrentRequests' | 'streams';
  limit: number;
  retryAfterSeconds: number;
  /** Redis does not answer, and the operator wants no request admitted then. */
  isWithoutRedis: boolean;
}

export interface Admission {
  refusal: QuotaRefusal | undefined;
  /** The fields `RateLimit-Policy` and `RateLimit`; empty without limits of requests. */
  headers: string[];
  /** Frees what an admitted request holds. */
  release: (() => void) | undefined;
}

export type Scope = 'tenant' | 'caller' | 'adapter' | 'tool';
export type Traffic = Pick<Quota, 'requests' | 'concurrentRequests'>;

/** One caller, adapter or tool of a tenant, or the tenant itself, and what is counted of it. */
export interface ScopeState {
  scope: Scope;
  /** In the keys of the ledger. */
  id: string;
  traffic: Traffic | undefined;
  counters: RequestCounter[];
  /** Their part of the field `RateLimit-Policy`. */
  policies: string;
  slots: Slots | undefined;
}

export const unlimited = (scope: Scope, id: string): ScopeState => ({
  scope,
  id,
  traffic: undefined,
  counters: [],
  policies: '',
  slots: undefined,
});

/** Whether the limits can refuse a message at all. */
export function limitsMessages({ perCaller, perAdapter, perTool, ...tenant }: Quota): boolean {
  const isLimited = (traffic: Traffic | undefined) =>
    traffic !== undefined && (traffic.concurrentRequests !== undefined || Object.keys(traffic.requests).length > 0);
  return [tenant, perCaller, perAdapter, perTool].some(isLimited);
}

export const refused = (refusal: QuotaRefusal, headers: string[]): Admission => ({
  refusal,
  headers,
  release: undefined,
});

export const later = (one: QuotaRefusal | undefined, other: QuotaRefusal): QuotaRefusal =>
  one && one.retryAfterSeconds >= other.retryAfterSeconds ? one : other;

/** The fields of draft-ietf-httpapi-ratelimit-headers-10: all policies, and the state of the one with the least left. */
export function rateLimitFields(scopes: readonly ScopeState[], now: number): string[] {
  let policies = '';
  let listed: Scope | undefined;
  let least: RequestCounter | undefined;
  let leastScope = '';
  for (const { scope, counters, policies: own } of scopes) {
    if (scope !== listed && own !== '') policies += policies === '' ? own : `, ${own}`;
    listed = scope; // all tools have the same limits
    for (const counter of counters) {
      if (least && counter.remaining >= least.remaining) continue;
      least = counter;
      leastScope = scope;
    }
  }
  if (!least) return [];
  const state = `"${leastScope}-${least.window}";r=${least.remaining};t=${least.resetSeconds(now)}`;
  return ['RateLimit-Policy', policies, 'RateLimit', state];
}
