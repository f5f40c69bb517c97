import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../src/process/clock.js';

/** Real time of each sleep: short, but long enough for a probe of a replica between two sleeps. */
const SLEEP_MS = 10;

/** A clock that advances with each sleep and hardly takes real time. */
export class TestClock implements Clock {
  /** The lengths of all sleeps, in order. */
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

  /** Makes later sleeps of this length last until the returned function is called. */
  hold(ms: number): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(ms, promise);
    return () => {
      if (this.#held.get(ms) === promise) this.#held.delete(ms);
      resolve();
    };
  }
}
