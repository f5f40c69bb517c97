import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.js';

export interface FirstStart {
  /** Why the server has not started yet; null once it has. */
  obstacle(): string | null;
  stop(): void;
}

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/**
 * Starts the server once before any client comes, so that a wrong command, a missing variable or a download that fails shows in the health
 * check; repeats it until it succeeds.
 */
export function firstStart(start: () => Promise<unknown>, log: Log): FirstStart {
  let obstacle: string | null = 'The MCP server is being started for the first time';
  const stopped = new AbortController();
  void (async () => {
    for (let pause = FIRST_PAUSE_MS; !stopped.signal.aborted; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      try {
        await start();
        obstacle = null;
        return;
      } catch (error) {
        obstacle = (error as Error).message;
        if (!stopped.signal.aborted) log(`mcp-bridge: ${obstacle}`);
      }
      await sleep(pause, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
    }
  })();
  return { obstacle: () => obstacle, stop: () => stopped.abort() };
}
