import { setTimeout as delay } from 'node:timers/promises';

/**
 * Lets through `perSecond` calls on average and twice as many at once; more wait for their turn, in order. One that would wait for
 * longer than `maxWaitMs` is refused at once.
 */
export function rateLimit(
  perSecond: number,
  maxWaitMs: number,
  now: () => number = Date.now,
): (signal?: AbortSignal) => Promise<void> {
  const everyMs = 1_000 / perSecond;
  const burst = perSecond * 2;
  /** When the next call would have its turn if there were no burst. */
  let next = now();
  return async (signal) => {
    const at = now();
    const turn = Math.max(next, at - burst * everyMs) + everyMs; // what nobody used is saved up, up to the burst
    const wait = turn - at;
    if (wait > maxWaitMs) throw new Error('too many requests wait for their turn (KUBERNETES_QPS)');
    next = turn;
    if (wait > 0) await delay(wait, undefined, signal && { signal });
  };
}
