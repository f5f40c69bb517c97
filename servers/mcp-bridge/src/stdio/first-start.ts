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

const STARTING = 'The MCP server is being started for the first time';

/** What the server writes while it starts. */
export interface StartOutput {
  /** The last line that may say why it has failed; empty when there is none. */
  lastLine(): string;
  /** Mends what the output shows to be broken. */
  repair(): Promise<void>;
}

/**
 * Starts the server once before any client comes, so that a wrong command, a missing variable or a download that fails shows in the health
 * check; repeats it until it succeeds.
 * @param usualMs how long a start may take before the obstacle says that it is late
 */
export function firstStart(start: () => Promise<unknown>, output: StartOutput, usualMs: number, log: Log): FirstStart {
  let obstacle: string | null = STARTING;
  const late = () => {
    if (obstacle !== STARTING) return;
    obstacle = `The MCP server has not answered initialize for ${usualMs / 1000} s (MCP_BRIDGE_START_SECONDS)`;
    log(`mcp-bridge: ${obstacle}`);
  };
  const stopped = new AbortController();
  void Promise.resolve().then(async () => {
    for (let pause = FIRST_PAUSE_MS; !stopped.signal.aborted; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      const timer = setTimeout(late, usualMs).unref();
      try {
        await start();
        obstacle = null;
        return;
      } catch (error) {
        const { message } = error as Error;
        const said = output.lastLine();
        obstacle = said === '' || message.includes(said) ? message : `${message}: ${said}`;
        if (stopped.signal.aborted) return;
        log(`mcp-bridge: ${message}`);
        await output.repair().catch((failure: Error) => log(`mcp-bridge: ${failure.message}`));
      } finally {
        clearTimeout(timer);
      }
      await sleep(pause, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
    }
  });
  return { obstacle: () => obstacle, stop: () => stopped.abort() };
}
