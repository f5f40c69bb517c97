import type { Endpoint } from '@mcp-gateway/common/contracts';
import type { SessionStore } from '../store.js';

/** Before the end of a replica that nobody has told the time of. */
const USUAL_MS = 10_000;
/** What a replay may take. */
const MARGIN_MS = 1_000;

/**
 * When a session on the endpoint moves: not at all while the endpoint stays; if that is about to end, when no call of the
 * session is under way; or now, as it cannot be waited for any longer. `now` is in milliseconds since the epoch.
 */
export function relocationTime({ draining, drainUntil }: Endpoint, now: number): 'never' | 'when idle' | 'now' {
  if (!draining) return 'never';
  return drainUntil !== undefined && now >= Date.parse(drainUntil) - MARGIN_MS ? 'now' : 'when idle';
}

/** Whether the time of the endpoint is over, although it is in the routes still: what is sent to it now is cut off. */
export const hasEnded = ({ drainUntil }: Endpoint, now: number): boolean =>
  drainUntil !== undefined && now >= Date.parse(drainUntil);

/** Whether the session moves off the endpoint now; asks every data plane for calls, but only while the endpoint drains. */
export async function shouldRelocateNow(sessions: SessionStore, session: string, endpoint: Endpoint): Promise<boolean> {
  const when = relocationTime(endpoint, Date.now());
  return when === 'when idle' ? sessions.isIdle(session, endpoint.id) : when === 'now';
}

/** Over how much time the sessions of the endpoint are moved, in milliseconds: the first half of what is left. */
export function drainJitterMs({ drainUntil }: Endpoint, now: number): number {
  const left = drainUntil === undefined ? USUAL_MS : Date.parse(drainUntil) - now;
  return Math.max(0, left / 2);
}
