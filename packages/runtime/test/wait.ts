import { setTimeout as delay } from 'node:timers/promises';

const FIRST_POLL_MS = 10;
/** A higher frequency would take processor time from the code under test. */
const POLL_MS = 100;

/**
 * Repeats the assertions until they hold, and returns what they return.
 * @throws Error when time is up, with what failed last.
 */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 15_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let poll = FIRST_POLL_MS; ; poll = Math.min(POLL_MS, poll * 1.5)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await delay(poll);
  }
}
