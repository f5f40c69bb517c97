import { isDeepStrictEqual } from 'node:util';
import { type PublishedLock, resourceKey, type ResourceRef, type Route } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Logger } from '@mcp-gateway/platform/logging';
import { mayUse, NOTHING, type Listing, SourceError, type ToolSource } from '../sources/source.js';
import { locked, type HeldBack } from './definition-lock.js';

/** How long the tools of a server that fails stay listed. Their calls say what is wrong. */
const KEEP_MS = 10 * 60_000;
const LIST_MS = 30_000;
/** For servers that do not tell when their lists change. */
const REFRESH_MS = 60_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** A server may tell three changes at once, of tools, prompts and resources. */
const SETTLE_MS = 50;
/** Between two lists, however often a server tells changes. */
const LEAST_PAUSE_MS = 1_000;
/** Definitions that one line of the log names. */
const MAX_TOLD = 20;

export interface KnownSourceParts {
  source: ToolSource;
  route: () => Route | undefined;
  /** The route of the resource whose server is used, if that is another one. A caller has to be able to use both. */
  server?: () => Route | undefined;
  prefix: string;
  /** What is approved of the source; undefined: it needs no approval. */
  lock?: () => PublishedLock | undefined;
  /** Called with what the source lists, and the lock that it was listed under. */
  listed?: (listing: Listing, lock: PublishedLock | undefined) => void;
  changed: () => void;
  /** Told of each attempt to list, with how long it took. */
  onListed?: ((ref: ResourceRef, outcome: 'listed' | 'failed', ms: number) => void) | undefined;
  log: Logger;
  now?: () => number;
}

/** What the catalogue knows of one source: what it has listed last, and whether that is still so. */
export class KnownSource {
  readonly ref: ResourceRef;
  readonly source: ToolSource;
  readonly prefix: string;
  /** What is served of what the source listed last; undefined until it has, and again when it has failed for long. */
  listing: Listing | undefined;
  /** What it listed last and is not served, because it is not approved. */
  heldBack: readonly HeldBack[] = [];
  /** When it listed last, in milliseconds since the epoch. */
  listedAt: number | undefined;
  /** Why it does not list now, in a sentence; undefined when it does. */
  failure: string | undefined;
  /** As the source gave it. */
  #given: Listing | undefined;
  #lock: PublishedLock | undefined;
  readonly #now: () => number;
  readonly #closed = new AbortController();
  #failures = 0;
  #wasStarting = false;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;
  #isStale = true;
  /** The source has told a change, and another list follows. */
  #isChangeTold = false;
  #triedAt = -Infinity;

  constructor(private readonly parts: KnownSourceParts) {
    this.ref = parts.source.ref;
    this.source = parts.source;
    this.prefix = parts.prefix;
    this.#now = parts.now ?? Date.now;
    this.#lock = parts.lock?.();
    this.source.onChange(() => this.#changeTold());
    void this.refresh();
  }

  get route(): Route | undefined {
    return this.parts.route();
  }

  /** Whether the caller may use the source. */
  isReadableBy(principal: Principal): boolean {
    const { route, server = route } = this.parts;
    return mayUse(principal, [route(), server()]);
  }

  /** The first attempt to list has ended, whether or not it succeeded. */
  get isTried(): boolean {
    return this.listing !== undefined || this.failure !== undefined;
  }

  /** Lists now. Resolves when it is done, or has failed; one attempt is under way at a time, and another follows if something changes meanwhile. */
  refresh(): Promise<void> {
    this.#isStale = true;
    this.#underWay ??= this.#refreshWhileStale().finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }

  routeChanged(): void {
    this.source.routeChanged?.();
    const lock = this.parts.lock?.();
    if (lock !== this.#lock && !isDeepStrictEqual(lock, this.#lock)) {
      this.#lock = lock;
      if (this.#given) this.#serve(this.#given);
    }
    const { server = this.parts.route } = this.parts;
    if (!hasReady(server()) || this.failure === undefined) return;
    if (this.#wasStarting) {
      // Its first replica is ready: clients wait for its list, as for that of a new source.
      this.failure = undefined;
      this.parts.changed();
    }
    this.#refreshIn(0);
  }

  /** Closes when the requests that are under way have ended. */
  async retire(): Promise<void> {
    this.#stop();
    await (this.source.retire?.() ?? this.source.close());
  }

  async close(): Promise<void> {
    this.#stop();
    await this.source.close();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#closed.abort();
  }

  async #refreshWhileStale(): Promise<void> {
    while (this.#isStale && !this.#closed.signal.aborted) {
      this.#isStale = false;
      this.#isChangeTold = false;
      await this.#list();
      this.#triedAt = this.#now();
    }
    if (!this.#closed.signal.aborted) this.#refreshIn(this.#pause());
  }

  /** A server that tells changes without end neither postpones the next list nor causes more of them. */
  #changeTold(): void {
    if (this.#isChangeTold) return;
    this.#isChangeTold = true;
    if (!this.#underWay) this.#refreshIn(Math.max(SETTLE_MS, this.#triedAt + LEAST_PAUSE_MS - this.#now()));
  }

  #pause(): number {
    if (this.#isChangeTold) return LEAST_PAUSE_MS;
    if (this.#failures === 0) return REFRESH_MS;
    return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failures - 1));
  }

  async #list(): Promise<void> {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(LIST_MS)]);
    const began = performance.now();
    const ended = (outcome: 'listed' | 'failed') => this.parts.onListed?.(this.ref, outcome, performance.now() - began);
    try {
      const listing = await this.source.list(signal);
      ended('listed');
      const isRecovered = this.#failures > 0;
      this.failure = undefined;
      this.#failures = 0;
      this.listedAt = this.#now();
      if (isRecovered) this.parts.log.info({ source: resourceKey(this.ref) }, 'the source lists its tools again');
      // The old one if nothing has changed: what was made from its schemas stays.
      this.#serve(isDeepStrictEqual(listing, this.#given) && this.#given ? this.#given : listing);
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      ended('failed');
      this.#failed(error);
    }
  }

  /** Lets through what is approved. A change that is held back changes nothing for clients. */
  #serve(given: Listing): void {
    this.#given = given;
    this.parts.listed?.(given, this.#lock);
    const { listing, heldBack } = locked(given, this.#lock);
    const isServed = listing === this.listing || isDeepStrictEqual(listing, this.listing);
    if (isServed && isDeepStrictEqual(heldBack, this.heldBack)) return;
    if (heldBack.length > 0 && !isDeepStrictEqual(heldBack, this.heldBack)) {
      const some = heldBack.slice(0, MAX_TOLD).map(({ kind, name }) => `${kind} ${name}`);
      const what = { source: resourceKey(this.ref), count: heldBack.length, definitions: some };
      this.parts.log.warn(what, 'definitions are held back until they are approved');
    }
    if (!isServed) this.listing = listing;
    this.heldBack = heldBack;
    this.parts.changed();
  }

  #failed(error: unknown): void {
    const { message } = error as Error;
    const source = resourceKey(this.ref);
    this.#tellFailure(error as Error);
    this.#failures += 1;
    const wasTried = this.isTried;
    this.failure = message;
    if (this.listing && this.#now() - (this.listedAt ?? 0) > KEEP_MS) {
      this.listing = undefined;
      this.#given = undefined;
      this.heldBack = [];
      this.parts.log.warn({ source, afterMs: KEEP_MS }, 'the tools of the source are no longer listed');
      this.parts.changed();
    } else if (!wasTried) this.parts.changed();
  }

  /** Once, and again when a server that was starting fails in another way. What we expect is a sentence without a stack. */
  #tellFailure(error: Error): void {
    const { server = this.parts.route } = this.parts;
    const isExpected = error instanceof SourceError;
    const isStarting = isExpected && this.listedAt === undefined && !hasReady(server());
    const isNews = this.#failures === 0 || (this.#wasStarting && !isStarting);
    this.#wasStarting = isStarting;
    if (!isNews) return;
    const source = resourceKey(this.ref);
    if (isStarting) this.parts.log.info({ source, reason: error.message }, 'the source does not list yet');
    else if (isExpected) this.parts.log.warn({ source, reason: error.message }, 'the source does not list');
    else this.parts.log.warn({ source, err: error }, 'the source does not list');
  }

  #refreshIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), ms);
    this.#timer.unref();
  }
}

const hasReady = (route: Route | undefined): boolean => route?.endpoints.some(({ ready }) => ready) ?? false;

export const listingOf = ({ listing }: KnownSource): Listing => listing ?? NOTHING;
