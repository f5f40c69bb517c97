import { setTimeout as delay } from 'node:timers/promises';
import { GatewayError } from '@mcp-gateway/common/errors';
import { findEndpoint } from '../find-endpoint.js';
import type { KeptBody } from '../steps/keep.js';
import { send } from '../steps/send.js';
import type { AnswerPart } from './answer-part.js';
import { displaced, mayHaveRun, settle, type Carried, type CarryParts } from './carried.js';
import { ClientAnswer } from './client-answer.js';
import { movesNow } from './drain.js';
import { serverEventId, stampOf } from './event-ids.js';
import { spread } from './herd.js';
import { headerOf, without, withoutBody } from './own-headers.js';
import { PassedEvents } from './passed-events.js';
import { isLost, resumedCall, tellPolled, type PolledCall } from './polled-calls.js';
import { refuseUnknown } from './refuse-unknown.js';
import type { Settled } from './recover.js';
import { SessionUnknown } from './session-unknown.js';

/** A stream that lasted for less was not worth opening. */
const WORTHWHILE_MS = 5_000;
/** Streams in a row that were not, until the client is left to try by itself. */
const MAX_SHORT = 4;
const LOOK_AGAIN_MS = 250;
/** What goes on is plain, and after the events that there have been; ids of events can be stamped only where they can be read. */
const isOfTheFirst = (name: string) => name === 'accept-encoding' || name === 'last-event-id';

/** The server does not go on after the event that the client has got last. */
class NotResumed extends Error {}

/** The session lives elsewhere now. */
class Detached extends Error {}

/**
 * Has the client hear what the server says of its own accord (MCP 2025-11-25, transports, listening for messages), from
 * whichever replica its session lives on. When that goes away, the client's stream stays open and goes on with what the next
 * one says. Messages in between are lost: nobody has kept them. When only the connection breaks, the same replica is asked to go on
 * after the last event that had an id. A client that has come back for the answer to a call hears what has become of it.
 */
export async function carryStream(
  parts: CarryParts,
  given: Carried,
  first: Settled,
  firstBody: KeptBody['body'],
): Promise<void> {
  const { envelope } = given.session;
  const call = resumedCall(parts.polled, envelope.id, given.headers);
  const answer = new ClientAnswer(given.request.res, {
    events: call ? new PassedEvents('resumed', (id) => call.answered(id)) : new PassedEvents('stream'),
  });
  // Between two servers, too, when nothing of it passes.
  const end = () => answer.begun && answer.close();
  const unwatch = parts.grants.watch({ grant: given.request, kind: 'stream', end });
  await follow(parts, given, { first, firstBody, answer, call }).finally(unwatch);
}

async function follow(
  parts: CarryParts,
  given: Carried,
  {
    first,
    firstBody,
    answer,
    call,
  }: { first: Settled; firstBody: KeptBody['body']; answer: ClientAnswer; call: PolledCall | undefined },
): Promise<void> {
  const { res } = given.request;
  const { envelope } = given.session;
  let at = first;
  let body = firstBody;
  let short = 0;
  let resumeAfter = headerOf(given.headers, 'last-event-id');

  for (let attempt = 1; ; attempt += 1) {
    if (call && call.waiting.size > 0 && call.moves !== at.place.moves) return tellPolled(answer, call);
    const began = performance.now();
    const carried = { ...given, headers: headersAt(given, at, { attempt, resumeAfter }) };
    const part = answer.next(stampOf(envelope, at.place));
    const error = await listen(parts, carried, { at, body, answer, part });
    resumeAfter = part.resumeAfter ?? resumeAfter;
    if (resumeAfter !== undefined) call?.waitOn(resumeAfter);
    if (!error || res.destroyed) return;
    if (answer.begun && !answer.isEvents) return answer.close();
    if (error instanceof NotResumed) return answer.cut(); // its client knows better what to do
    body = null;
    if (!(error instanceof Detached) && mayHaveRun(error) === undefined) throw error;
    short = performance.now() - began < WORTHWHILE_MS ? short + 1 : 0;
    try {
      if (short >= MAX_SHORT) throw error;
      if (answer.begun && !(error instanceof Detached)) await delay(spread(1 + parts.streams.countOn(at.endpoint.id)));
      at = error instanceof Detached ? await resettle(parts, carried, at) : await settle(parts, carried, at, error);
    } catch (unsettled) {
      if (call && isLost(call, unsettled)) return tellPolled(answer, call);
      if (answer.begun) return answer.close(); // the client comes back, and is told
      if (!(unsettled instanceof SessionUnknown)) throw unsettled;
      await parts.sessions.end(envelope, carried.request.route, { tellServer: false }).catch(() => {});
      throw new GatewayError('SESSION_NOT_FOUND');
    }
    if (res.destroyed) return;
  }
}

/** The client's, as they came if it can be; `resumeAfter` is the id of an event as the client knows it. */
function headersAt(
  { session, headers }: Carried,
  { place }: Settled,
  { attempt, resumeAfter }: { attempt: number; resumeAfter: string | undefined },
): string[] {
  const eventId = resumeAfter === undefined ? undefined : serverEventId(session.envelope, place, resumeAfter);
  if (attempt === 1 && place.moves === 0 && eventId === resumeAfter) return headers;
  const rest = without(attempt === 1 ? headers : withoutBody(headers), isOfTheFirst);
  return eventId === undefined ? rest : [...rest, 'Last-Event-ID', eventId];
}

/** Passes one server's stream on. Returns why it broke off; undefined when it is over. */
async function listen(
  parts: CarryParts,
  carried: Carried,
  { at, body, answer, part }: { at: Settled; body: KeptBody['body']; answer: ClientAnswer; part: AnswerPart },
): Promise<Error | undefined> {
  const { request, session, headers } = carried;
  let isDetached = false;
  let isLeaving = false;
  const forget = parts.streams.add({
    session: session.envelope.id,
    adapter: request.route.name,
    endpointId: at.endpoint.id,
    look: () =>
      void livesHere(parts, carried, at).then((here) => {
        if (here) return;
        isDetached = true;
        part.detach();
      }),
    leave() {
      if (isLeaving) return;
      isLeaving = true;
      // That it has moved it hears as everybody does. When there was nowhere to go, it tries again when it is told again.
      void leave(parts, carried, at).catch(() => (isLeaving = false));
    },
  });
  try {
    await send(parts, {
      ...request,
      sink: part,
      body,
      headers,
      endpoint: at.endpoint,
      session: { ...session, place: at.place },
      initialize: () => null,
      async onStatus(status) {
        if (status === 404) await refuseUnknown(parts, carried, at);
        const refused = status >= 400 && status < 500 && headerOf(headers, 'last-event-id') !== undefined;
        if (refused && answer.begun) throw new NotResumed();
      },
    });
    if (part.isUnusable) answer.close();
    return isDetached ? new Detached() : undefined;
  } catch (error) {
    return isDetached ? new Detached() : (error as Error);
  } finally {
    forget();
  }
}

/** False when the session has moved, has ended, or its replica is gone. */
async function livesHere(
  { sessions, routes }: CarryParts,
  { request, session }: Carried,
  at: Settled,
): Promise<boolean> {
  const place = await sessions.find(session.envelope, request.route);
  if (place.closed || place.upstreamId !== at.place.upstreamId || place.endpointId !== at.place.endpointId)
    return false;
  return routes.get(request.route)?.endpoints.some(({ id }) => id === place.endpointId) ?? false;
}

async function resettle(parts: CarryParts, carried: Carried, from: Settled): Promise<Settled> {
  const { request, session } = carried;
  parts.grants.check(request);
  const place = await parts.sessions.find(session.envelope, request.route);
  if (place.closed) throw new GatewayError('SESSION_NOT_FOUND');
  const endpoint = await findEndpoint(parts.routes, request.route.name, place.endpointId);
  return endpoint ? { place, endpoint } : displaced(parts, carried, from.place, 'gone');
}

/** Moves the session off a replica that is about to end, as soon as no call is under way, or at the last moment. */
async function leave(parts: CarryParts, carried: Carried, at: Settled): Promise<void> {
  const { request, session } = carried;
  const ending = () => parts.routes.get(request.route)?.endpoints.find(({ id }) => id === at.endpoint.id);
  for (let endpoint = ending(); endpoint?.draining && !request.res.destroyed; endpoint = ending()) {
    if (await movesNow(parts.sessions, session.envelope.id, endpoint)) {
      await displaced(parts, carried, at.place, 'draining');
      return;
    }
    await delay(LOOK_AGAIN_MS);
  }
}
