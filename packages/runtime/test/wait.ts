import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/**
 * Repeats the assertions until they hold, and returns what they return.
 * @throws Error when time is up, with what failed last.
 */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 15_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await delay(POLL_MS);
  }
}
