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
 * How long the first start may take. It may download the server, and a download that is killed has to begin again; whoever runs the bridge
 * decides by its health check when it has waited enough.
 */
export const FIRST_START_MS = 3_600_000;

/**
 * Starts the server once before any client comes, so that a wrong command, a missing variable or a download that fails shows in the health
 * check; repeats it until it succeeds.
 * @param repair is called after each failure
 */
export function firstStart(start: () => Promise<unknown>, repair: () => Promise<void>, log: Log): FirstStart {
  let obstacle: string | null = 'The MCP server is being started for the first time';
  const stopped = new AbortController();
  void Promise.resolve().then(async () => {
    for (let pause = FIRST_PAUSE_MS; !stopped.signal.aborted; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      try {
        await start();
        obstacle = null;
        return;
      } catch (error) {
        obstacle = (error as Error).message;
        if (stopped.signal.aborted) return;
        log(`mcp-bridge: ${obstacle}`);
        await repair().catch((failure: Error) => log(`mcp-bridge: ${failure.message}`));
      }
      await sleep(pause, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
    }
  });
  return { obstacle: () => obstacle, stop: () => stopped.abort() };
}
