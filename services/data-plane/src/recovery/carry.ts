import type { ForwardRequest } from '../steps/forward.js';
import { keep, keepIfShort } from '../steps/keep.js';
import { send } from '../steps/send.js';
import type { OpenSession, Target } from '../steps/session.js';
import { carryMessage } from './carry-message.js';
import { carryStream } from './carry-stream.js';
import { mayHaveRun, whereToBegin, type Carried, type CarryParts } from './carried.js';
import { ClientAnswer } from './client-answer.js';
import { headerOf } from './own-headers.js';
import { isLost, resumedCall, tellPolled } from './polled-calls.js';

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
      try {
        return await carryStream(parts, carried, await whereToBegin(parts, carried, endpoint), body);
      } catch (error) {
        return tellResumed(parts, carried, error);
      }
    }
    default:
      return carryMessage(parts, carried, endpoint);
  }
}

/**
 * A session has ended, or cannot go on: a client that resumes the answer to a call is told that the call may have run.
 * @throws the error, when it waits for none
 */
export function tellResumed({ polled }: CarryParts, { request, session, headers }: Carried, error: unknown): void {
  const call = request.res.headersSent ? undefined : resumedCall(polled, session.envelope.id, headers);
  if (call && isLost(call, error)) return tellPolled(new ClientAnswer(request.res), call);
  const eventId = headerOf(headers, 'last-event-id');
  if (eventId !== undefined) call?.waitOn(eventId);
  throw error;
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
