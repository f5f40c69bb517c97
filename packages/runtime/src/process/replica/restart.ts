import { STDIO_HINT } from '../../health.js';

interface Restart {
  code: number;
  /** The port, if the process was killed because another program listens there. */
  takenPort: number | null;
  /** The failed health check, if the process was killed because it did not pass in time. */
  late: { afterMs: number; message: string } | null;
  /** Crashes in a row, including this one. */
  crashes: number;
  /** Milliseconds until the next start. */
  delay: number;
}

/** Says why and when a replica is started again. */
export function restartMessage({ code, takenPort, late, crashes, delay }: Restart): string {
  const seconds = Math.round(delay / 1000);
  if (takenPort === null) {
    const what = late
      ? `It did not pass its health check within ${late.afterMs / 1000} s of its start (${late.message})`
      : `It ended with exit code ${code}`;
    const hint = !late && code === 0 ? ` ${STDIO_HINT}` : '';
    return delay === 0
      ? `${what} and is being restarted.${hint}`
      : `${what}, ${crashes} times in a row; the next start is in ${seconds} s.${hint}`;
  }
  const next = delay === 0 ? 'is being restarted' : `is started again in ${seconds} s`;
  return `Another program listens on its port, ${takenPort}; it ${next} with another port.`;
}

const FIRST_MS = 1_000;
const MAX_MS = 300_000;
const FORGIVEN_AFTER_MS = 600_000;

/**
 * Milliseconds to wait before the next start, in the shape of Kubernetes' CrashLoopBackOff: at once after the first
 * crash, then doubling up to five minutes; forgotten after ten minutes of running.
 */
export function restartDelay(crashes: number): number {
  return crashes <= 1 ? 0 : Math.min(FIRST_MS * 2 ** (crashes - 2), MAX_MS);
}

/** Crashes in a row, counting one that just happened after `uptimeMs` of running. */
export function countCrash(crashesBefore: number, uptimeMs: number): number {
  return uptimeMs >= FORGIVEN_AFTER_MS ? 1 : crashesBefore + 1;
}
