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
