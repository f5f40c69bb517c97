import type { Lease, LeaseRequest } from './ledger.js';

/** What a data plane does while Redis does not answer. */
export type WithoutRedis = 'share' | 'allow' | 'refuse';

/** A lease is this part of the limit: so much may stay unused at another data plane while requests are refused here. */
const LEASE_PART = 0.01;
const MAX_LEASE = 1_000;
/** How long a decision that was made without Redis holds. */
const LOCAL_MS = 1_000;

/**
 * The requests of one scope in one window, as one data plane counts them. It leases some ahead of need from the ledger and
 * counts them in memory. Times are in milliseconds of a monotonic clock.
 */
export class RequestCounter {
  /** Leased and not used. */
  left = 0;
  /** Leased in the window by all data planes, as the ledger said last. */
  #used = 0;
  /** Admitted by this data plane in the window. */
  #spent = 0;
  #window = 0;
  endsAt = 0;
  #emptyUntil = 0;
  /** Admitted without the ledger, which does not know of it yet. */
  #owed = 0;
  #owedWindow = 0;
  /** Requests that wait for a lease. */
  demand = 0;
  isAsked = false;

  constructor(
    readonly key: string,
    readonly window: string,
    readonly seconds: number,
    public limit: number,
  ) {}

  get leaseSize(): number {
    return Math.min(MAX_LEASE, Math.floor(this.limit * LEASE_PART));
  }

  /** Takes another limit. What is leased under the old one is given up, because it may be far more than the new one. */
  setLimit(limit: number): void {
    if (limit === this.limit) return;
    this.limit = limit;
    this.left = 0;
    this.#emptyUntil = 0;
  }

  /** Begins a new window when the last one has ended. */
  roll(now: number): void {
    if (now < this.endsAt || this.endsAt === 0) return;
    this.left = this.#used = this.#spent = this.#emptyUntil = this.endsAt = 0;
  }

  isEmpty(now: number): boolean {
    return now < this.#emptyUntil;
  }

  take(count: number): void {
    this.left -= count;
    this.#spent += count;
  }

  /** Whether to lease more before the last request is used. Small limits are leased one by one, so that they are exact. */
  isLow(now: number): boolean {
    const size = this.leaseSize;
    return size > 1 && this.left < size / 2 && !this.isAsked && !this.isEmpty(now);
  }

  request(): LeaseRequest {
    const { key, seconds, limit, demand, leaseSize } = this;
    return {
      key,
      seconds,
      limit,
      need: demand,
      want: leaseSize > 1 ? leaseSize + demand : 0,
      owed: this.#owed,
      owedWindow: this.#owedWindow,
    };
  }

  /** @param need as it was requested */
  granted({ granted, used, window, msLeft }: Lease, need: number, now: number): void {
    if (window !== this.#window) this.left = this.#spent = 0;
    this.#window = window;
    this.#owed = 0;
    this.endsAt = now + msLeft;
    this.#used = used;
    this.left += granted;
    if (granted < need || used >= this.limit) this.#emptyUntil = this.endsAt;
  }

  /**
   * What to do without the ledger: a share of the limit, all, or nothing.
   * @param clock milliseconds since the epoch
   * @param planes the number of data planes
   */
  grantLocally(need: number, how: WithoutRedis, planes: number, { now, clock }: { now: number; clock: number }): void {
    const ms = this.seconds * 1000;
    const window = Math.floor(clock / ms);
    if (window !== this.#window) this.left = this.#spent = this.#used = 0;
    if (window !== this.#owedWindow) this.#owed = 0;
    this.#window = this.#owedWindow = window;
    this.endsAt = now + ms - (clock % ms);
    const share = how === 'allow' ? Infinity : how === 'refuse' ? 0 : shareOf(this.limit, planes);
    const granted = Math.max(0, Math.min(need, share - this.#spent - this.left));
    this.left += granted;
    this.#owed += granted;
    this.#used += granted;
    if (granted < need) this.#emptyUntil = Math.min(this.endsAt, now + LOCAL_MS);
  }

  /** As far as this data plane knows: what others have leased and not used counts as used. */
  get remaining(): number {
    return Math.max(0, this.limit - this.#used + this.left);
  }

  /** Whole seconds until the next window begins, at least 1. */
  resetSeconds(now: number): number {
    return Math.max(1, Math.ceil((this.endsAt - now) / 1000));
  }
}

/** The part of a limit that one of several data planes may use alone; at least 1, unless the limit is 0. */
export const shareOf = (limit: number, planes: number): number =>
  Math.min(limit, Math.max(1, Math.floor(limit / planes)));
