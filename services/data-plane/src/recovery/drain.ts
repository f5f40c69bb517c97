import type { Endpoint } from '@mcp-gateway/common/contracts';

/** Before the end of a replica that nobody has told the time of. */
const USUAL_MS = 10_000;
/** What a replay may take. */
const MARGIN_MS = 1_000;

/**
 * Whether a session on the endpoint moves now: the endpoint is about to end, and no call of the session is under way, or it
 * cannot be waited for any longer. `now` is in milliseconds since the epoch.
 */
export function movesNow({ draining, drainUntil }: Endpoint, callsUnderWay: number, now: number): boolean {
  if (!draining) return false;
  if (callsUnderWay === 0) return true;
  return drainUntil !== undefined && now >= Date.parse(drainUntil) - MARGIN_MS;
}

/** Over how much time the sessions of the endpoint are moved, in milliseconds: the first half of what is left. */
export function drainSpread({ drainUntil }: Endpoint, now: number): number {
  const left = drainUntil === undefined ? USUAL_MS : Date.parse(drainUntil) - now;
  return Math.max(0, left / 2);
}
