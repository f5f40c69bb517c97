import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../src/process/clock.js';

/** A sleep is this short, yet leaves the processor to what the test waits for: a replica is probed between two of them. */
const SLEEP_MS = 10;

/** Time that passes when somebody sleeps, and hardly takes any. */
export class TestClock implements Clock {
  /** In the order in which they began. */
  readonly sleeps: number[] = [];
  readonly #held = new Map<number, Promise<void>>();
  #time = Date.now();

  now(): number {
    return this.#time;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    if (signal?.aborted) return;
    const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([this.#held.get(ms) ?? delay(SLEEP_MS), aborted]);
    this.#time += ms;
  }

  /** Sleeps of this length that begin from now on last until the returned function is called. */
  hold(ms: number): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(ms, promise);
    return () => {
      if (this.#held.get(ms) === promise) this.#held.delete(ms);
      resolve();
    };
  }
}
