import type { Endpoint } from '@mcp-gateway/common/contracts';
import type { SessionStore } from '../store.js';

/** The assumed time until a replica ends, when the route does not say. */
const USUAL_MS = 10_000;
/** The time that a replay may take. */
const MARGIN_MS = 1_000;

/**
 * When a session on the endpoint is relocated: never while the endpoint does not drain; while it drains, once no call
 * of the session is under way; or now, when the end is near. `now` is in milliseconds since the epoch.
 */
export function relocationTime({ draining, drainUntil }: Endpoint, now: number): 'never' | 'when idle' | 'now' {
  if (!draining) return 'never';
  return drainUntil !== undefined && now >= Date.parse(drainUntil) - MARGIN_MS ? 'now' : 'when idle';
}

/** Whether the endpoint's time is over although it is still routed: requests to it would be cut off. */
export const hasEnded = ({ drainUntil }: Endpoint, now: number): boolean =>
  drainUntil !== undefined && now >= Date.parse(drainUntil);

/** Whether to relocate the session off the endpoint now. Sends an idle query only while the endpoint drains. */
export async function shouldRelocateNow(sessions: SessionStore, session: string, endpoint: Endpoint): Promise<boolean> {
  const when = relocationTime(endpoint, Date.now());
  return when === 'when idle' ? sessions.isIdle(session, endpoint.id) : when === 'now';
}

/**
 * The time over which jitter spreads the relocations of the endpoint's sessions, in milliseconds: the first half of the
 * rest.
 */
export function drainJitterMs({ drainUntil }: Endpoint, now: number): number {
  const left = drainUntil === undefined ? USUAL_MS : Date.parse(drainUntil) - now;
  return Math.max(0, left / 2);
}
