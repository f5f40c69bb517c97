import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect } from '@jest/globals';

/** Generous: correct code takes milliseconds, and code that takes quadratic time takes minutes. */
const LIMIT_MS = 3_000;

/** Runs something against services of this process, and fails when the event loop is blocked meanwhile. */
export async function expectNoHoldUp(act: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  await act();
  delay.disable();
  expect(delay.max / 1e6).toBeLessThan(LIMIT_MS);
}

/** Texts that are hard for regular expressions: each piece many times, and an end that matches none. */
export function* hostileTexts(pieces: readonly string[], length: number): Generator<string> {
  for (const piece of pieces) yield `${piece.repeat(length / piece.length)}!`;
}
