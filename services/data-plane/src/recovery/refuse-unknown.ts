import { askForSession } from './ask-for-session.js';
import type { Carried, CarryParts } from './carried.js';
import type { Settled } from './recover.js';
import { SessionUnknown } from './session-unknown.js';

/**
 * To be called when the server has answered 404, and the session may be begun anew elsewhere: asks it whether it knows the
 * session. That may just as well mean a method, a resource or a stream that it does not have; so it is asked in a way that
 * leaves no doubt. One that does not answer has not said that it does not know it.
 * @throws SessionUnknown
 */
export async function refuseUnknown(parts: CarryParts, carried: Carried, at: Settled): Promise<void> {
  if ((await askForSession(parts, carried, at)) === 'unknown') throw new SessionUnknown();
}

/**
 * To be called when the server has answered 404, and that is passed on: if it does not know the session, its client starts
 * over. So it ends here, too, before the client hears, or the place that it takes would keep the client from that.
 */
export async function endUnknown(parts: CarryParts, carried: Carried, at: Settled): Promise<void> {
  if ((await askForSession(parts, carried, at)) !== 'unknown') return;
  const { request, session } = carried;
  await parts.sessions.end(session.envelope, request.route, { tellServer: false }).catch(() => {});
}
