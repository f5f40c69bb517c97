import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect } from '@jest/globals';

/** Generous: what is right takes milliseconds, and what takes time by the square of its input takes minutes. */
const LIMIT_MS = 3_000;

/** Runs something against services of this process, none of which may be held up meanwhile. */
export async function expectNoHoldUp(act: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  await act();
  delay.disable();
  expect(delay.max / 1e6).toBeLessThan(LIMIT_MS);
}

/** Made to be hard for patterns: each piece many times, and an end that fits none. */
export function* hostileTexts(pieces: readonly string[], length: number): Generator<string> {
  for (const piece of pieces) yield `${piece.repeat(length / piece.length)}!`;
}
