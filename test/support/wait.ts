import { setTimeout as delay } from 'node:timers/promises';

const FIRST_POLL_MS = 10;
/** Polling takes processor time from the awaited work. */
const POLL_MS = 200;

type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/**
 * Polls until the result is truthy. An error counts as "not yet", so assertions work as well.
 * @throws Error at the time limit, with the title of the wait and, as its cause, the last error.
 */
export async function waitFor<T>(what: string, probe: () => T | Promise<T>, timeoutMs = 10_000): Promise<Truthy<T>> {
  const deadline = Date.now() + timeoutMs;
  for (let poll = FIRST_POLL_MS; ; poll = Math.min(POLL_MS, poll * 1.5)) {
    let cause: unknown;
    try {
      const result = await probe();
      if (result) return result as Truthy<T>;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) {
      const last = cause instanceof Error ? `; the last try failed with: ${cause.message}` : '';
      throw new Error(`waited ${timeoutMs} ms for ${what}${last}`, { cause });
    }
    await delay(poll);
  }
}

/** Repeats assertions until they hold. */
export async function becomesTrue(what: string, check: () => unknown, timeoutMs?: number): Promise<void> {
  await waitFor(
    what,
    async () => {
      await check();
      return true;
    },
    timeoutMs,
  );
}
