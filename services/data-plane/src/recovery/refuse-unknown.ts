import { askForSession } from './ask-for-session.js';
import type { Carried, CarryParts } from './carried.js';
import type { Settled } from './recover.js';
import { SessionUnknown } from './session-unknown.js';

/**
 * To be called when the server has answered 404: asks it whether it knows the session. That may just as well mean a method, a
 * resource or a stream that it does not have; so it is asked in a way that leaves no doubt. One that does not answer has not
 * said that it does not know it.
 * @throws SessionUnknown
 */
export async function refuseUnknown(
  parts: Pick<CarryParts, 'upstreams'>,
  carried: Carried,
  at: Settled,
): Promise<void> {
  if ((await askForSession(parts, carried, at)) === 'unknown') throw new SessionUnknown();
}
