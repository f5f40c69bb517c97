import { EventEmitter, once } from 'node:events';
import type { Change, ChangePage, ChangeRows } from '@mcp-gateway/database';
import type { Logger } from '@mcp-gateway/platform/logging';

const PAGE = 500;
/** In memory, for readers that keep up. Others read the database. */
const KEPT = 1_000;
const POLL_MS = 500;
/** In microseconds. No transaction that changes something takes longer. */
const SETTLED_AFTER = 60_000_000;

/** How far the log reaches, as positions. */
export interface Ends {
  oldest: number;
  newest: number;
  now: number;
  /** Nothing has been removed from it. */
  isWhole: boolean;
}

export interface ChangeReader {
  readonly ends: Ends;
  /** Changes after a position, oldest first; waits until there are some. `lost`: older ones than those kept would come first. */
  next(position: number, signal: AbortSignal): Promise<Pick<ChangePage, 'changes' | 'last'> | 'lost'>;
  /** A position that no change will appear before, for a reader that has seen everything; it says nothing of what changed. */
  settled(): number;
  /** The last position that was read. */
  head(): number;
  /** Whether the reader at this position has seen everything. */
  isCurrent(position: number): boolean;
  close(): void;
}

export interface ChangeLog {
  /** @throws GatewayError UNAVAILABLE while the database is unavailable */
  open(): Promise<ChangeReader>;
}

/** The log of changes for any number of readers: one poll of the database for all of them, and none while there are none. */
export function changeLog(
  rows: Pick<ChangeRows, 'after' | 'ends'>,
  { log, pollMs = POLL_MS }: { log: Logger; pollMs?: number | undefined },
): ChangeLog {
  let follower: Follower | undefined;
  return {
    async open() {
      const current = (follower ??= new Follower(rows, { log, pollMs }));
      current.readers += 1;
      let isOpen = true;
      const close = () => {
        if (!isOpen) return;
        isOpen = false;
        current.readers -= 1;
        if (current.readers > 0) return;
        current.stop();
        if (follower === current) follower = undefined;
      };
      try {
        await current.ready;
        const ends = await rows.ends();
        return {
          ends,
          next: (position, signal) => current.next(position, signal),
          settled: () => current.settled,
          head: () => current.head,
          isCurrent: (position) => position >= current.head,
          close,
        };
      } catch (error) {
        close();
        throw error;
      }
    },
  };
}

/** Follows the newest changes while there are readers. */
class Follower {
  readers = 0;
  /** The last position that was read. */
  head = 0;
  settled = 0;
  readonly ready: Promise<void>;
  /** All changes after this position are in memory. */
  #begin = 0;
  #recent: Change[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  readonly #changed = new EventEmitter().setMaxListeners(0);

  constructor(
    private readonly rows: Pick<ChangeRows, 'after' | 'ends'>,
    private readonly options: { log: Logger; pollMs: number },
  ) {
    this.ready = this.#start();
    this.ready.catch(() => {}); // whoever opens it is told
  }

  async #start(): Promise<void> {
    const { newest, now } = await this.rows.ends();
    this.head = this.#begin = newest;
    this.settled = now - SETTLED_AFTER;
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#poll(), this.options.pollMs).unref();
  }

  async #poll(): Promise<void> {
    try {
      for (let isFull = true; isFull && !this.#isStopped;) isFull = this.#take(await this.rows.after(this.head, PAGE));
    } catch (error) {
      this.options.log.debug({ err: error }, 'changes not read');
    }
    this.#schedule();
  }

  #take({ changes, last, isFull, now }: ChangePage): boolean {
    this.#recent.push(...changes);
    const dropped = this.#recent.splice(0, Math.max(0, this.#recent.length - KEPT)).at(-1);
    if (dropped) this.#begin = dropped.position;
    if (!isFull) this.settled = Math.max(this.settled, now - SETTLED_AFTER);
    const isNew = last > this.head;
    this.head = last;
    if (isNew) this.#changed.emit('changed');
    return isFull;
  }

  async next(position: number, signal: AbortSignal): ReturnType<ChangeReader['next']> {
    if (position < this.#begin) return this.#older(position);
    while (position >= this.head) await once(this.#changed, 'changed', { signal });
    if (position < this.#begin) return this.#older(position); // it waited for long
    const from = this.#recent.findIndex((change) => change.position > position);
    return { changes: from < 0 ? [] : this.#recent.slice(from), last: this.head };
  }

  async #older(position: number): ReturnType<ChangeReader['next']> {
    const begin = this.#begin;
    const { changes, last, isFull } = await this.rows.after(position, PAGE);
    const { oldest } = await this.rows.ends(); // afterwards: what was removed meanwhile may be missing
    if (position < oldest) return 'lost';
    return { changes, last: isFull ? last : Math.max(last, begin) };
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
