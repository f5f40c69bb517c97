import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@mcp-gateway/platform/logging';

export interface RunningPart {
  /** Resolves when the part has ended, for any reason. */
  readonly exited: Promise<unknown>;
  stop(): Promise<unknown>;
}

const FIRST_MS = 100;
const MAX_MS = 5_000;
const SETTLED_MS = 10_000;

/**
 * Starts a part, and starts it again whenever it ends, until `stop`.
 * Rejects when the first start fails. After later failures it tries again, with a pause that grows to five seconds.
 */
export async function keepRunning<T extends RunningPart>(
  name: string,
  start: () => Promise<T>,
  log: Logger,
): Promise<{ first: T; stop(): Promise<void> }> {
  const stopping = new AbortController();
  const first = await start();
  let current: T | undefined = first;

  async function watch() {
    let pause = FIRST_MS;
    while (!stopping.signal.aborted) {
      const began = Date.now();
      await current?.exited;
      if (stopping.signal.aborted) return;
      pause = current && Date.now() - began > SETTLED_MS ? FIRST_MS : Math.min(pause * 2, MAX_MS);
      log.warn({ name, pause }, 'a part ended unexpectedly; starting it again');
      current = undefined;
      await delay(pause, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      current = await start().catch((error: unknown) => {
        log.error({ err: error, name }, 'a part could not be started again');
        return undefined;
      });
    }
    // `stop` was called during a start.
    await current?.stop();
  }
  const watching = watch();

  return {
    first,
    async stop() {
      stopping.abort();
      await current?.stop();
      await watching;
    },
  };
}
