import type { ForwardRequest } from '../steps/forward.js';
import { keep, keepIfShort } from '../steps/keep.js';
import { send } from '../steps/send.js';
import type { OpenSession, Target } from '../steps/session.js';
import { carryMessage } from './carry-message.js';
import { carryStream } from './carry-stream.js';
import { mayHaveRun, whereToBegin, type Carried, type CarryParts } from './carried.js';

/**
 * Has a request of a session answered by whichever replica the session lives on, and sees to it that it lives on one.
 * See docs/sessions.md for what is sent again and what is not.
 * @throws GatewayError as `send` and `Recovery.recover`
 */
export async function carry(
  parts: CarryParts,
  request: ForwardRequest,
  target: Target & { session: OpenSession },
  headers: string[],
): Promise<void> {
  const { session, endpoint } = target;
  const carried: Carried = { request, session, headers };
  switch (request.req.method) {
    case 'DELETE':
      return carryEnd(parts, carried, target);
    case 'GET': {
      const { body } = await keep(request.body);
      return carryStream(parts, carried, await whereToBegin(parts, carried, endpoint), body);
    }
    default:
      return carryMessage(parts, carried, endpoint);
  }
}

/** A session whose replica is gone needs nobody to end it. */
async function carryEnd(
  parts: CarryParts,
  { request, session, headers }: Carried,
  { endpoint }: Target,
): Promise<void> {
  const { res, route } = request;
  try {
    if (endpoint) {
      const { body } = await keepIfShort(request.body);
      return await send(parts, { ...request, body, sink: res, headers, session, endpoint, initialize: () => null });
    }
  } catch (error) {
    if (res.headersSent || mayHaveRun(error) === undefined) throw error;
  }
  await parts.sessions.end(session.envelope, route, { tellServer: false }).catch(() => {});
  res.writeHead(200, { 'content-length': 0 }).end();
}
