import { shareOf, type WithoutRedis } from './counter.js';
import type { SlotsRequest } from './ledger.js';

/** How long a data plane that got no slot asks for none. */
const FULL_MS = 100;
const SPARE_PART = 0.01;
const MAX_SPARE = 50;

/**
 * Things that are held at the same time, such as requests under way, as one data plane counts them. It reserves slots at the ledger
 * and keeps some spare ones of a large limit. Slots of a data plane that was killed expire.
 */
export class Slots {
  inUse = 0;
  reserved = 0;
  demand = 0;
  /** Used since the last renewal: while it is not, spare slots are given back. */
  isRecent = true;
  #fullUntil = 0;

  constructor(
    readonly key: string,
    public limit: number,
  ) {}

  setLimit(limit: number): void {
    if (limit === this.limit) return;
    this.limit = limit;
    this.reserved = this.inUse;
    this.#fullUntil = 0;
  }

  get spare(): number {
    return Math.min(MAX_SPARE, Math.floor(this.limit * SPARE_PART));
  }

  isFull(now: number): boolean {
    return now < this.#fullUntil;
  }

  request(): SlotsRequest {
    const { key, limit, inUse, needed, spare, isRecent } = this;
    return { key, limit, inUse, want: needed + (isRecent ? spare : 0) };
  }

  /** The slots in use and those that requests wait for. */
  get needed(): number {
    return this.inUse + this.demand;
  }

  /** @param needed when the slots were requested: meanwhile other requests may have taken spare ones */
  granted(slots: number, needed: number, now: number): void {
    this.reserved = Math.max(slots, this.inUse);
    if (slots < needed) this.#fullUntil = now + FULL_MS;
  }

  grantLocally(needed: number, how: WithoutRedis, planes: number, now: number): void {
    const most = how === 'allow' ? Infinity : how === 'refuse' ? 0 : shareOf(this.limit, planes);
    this.granted(Math.max(this.inUse, Math.min(needed, most)), needed, now);
  }

  /** Whether more slots are reserved than are worth keeping: twice the spare ones, or each request that ends would call the ledger. */
  hasExcess(): boolean {
    return this.reserved > this.inUse + 2 * this.spare;
  }
}
