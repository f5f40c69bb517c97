import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;

/** Asks until the answer is truthy; a condition that never comes fails with what was waited for. */
export async function waitFor<T>(what: string, ask: () => T | Promise<T>, timeoutMs = 10_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await delay(POLL_MS);
  }
}
