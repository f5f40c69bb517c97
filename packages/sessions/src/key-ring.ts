import type { SessionKey, SessionKeys } from './sealed-id.js';

/**
 * Longer than a data plane may take to read a changed list: the kubelet renews mounted Secrets within about two minutes,
 * and the data plane reads them every five seconds.
 */
const SETTLE_MS = 5 * 60_000;

/**
 * The keys of session ids. All unseal at once. A key seals only once this data plane has known it for five minutes: by
 * then the other data planes can unseal what it seals. Until then the next key of the list seals, and if all are new,
 * the last one, because new keys are put in front.
 */
export class SessionKeyRing {
  #keys: SessionKeys;
  /** Since when each key is known, by its id. */
  #known: ReadonlyMap<string, number> = new Map();
  readonly #now: () => number;
  readonly #settleMs: number;

  /** @param now milliseconds on a clock that does not jump */
  constructor(keys: SessionKeys, { now = () => performance.now(), settleMs = SETTLE_MS } = {}) {
    this.#keys = keys;
    this.#now = now;
    this.#settleMs = settleMs;
    this.replace(keys);
  }

  /** Every key that unseals. */
  get all(): readonly SessionKey[] {
    return this.#keys;
  }

  /** The key that seals now. */
  sealing(): SessionKeys {
    const settled = this.#now() - this.#settleMs;
    const known = this.#keys.find(({ id }) => (this.#known.get(id) ?? Infinity) <= settled);
    return [known ?? this.#keys.at(-1) ?? this.#keys[0]];
  }

  replace(keys: SessionKeys): void {
    const now = this.#now();
    this.#known = new Map(keys.map(({ id }) => [id, this.#known.get(id) ?? now]));
    // A key that stays keeps the envelopes that it remembers.
    const [first, ...rest] = keys.map((key) => this.#keys.find(({ id }) => id === key.id) ?? key);
    this.#keys = [first ?? keys[0], ...rest];
  }
}
