import { setTimeout as delay } from 'node:timers/promises';
import { headerValue, withoutHeaders } from '@mcp-gateway/protocol';
import { GatewayError } from '@mcp-gateway/common/errors';
import { findEndpoint } from '../upstream/find-endpoint.js';
import type { BufferedBody } from '../request/buffer-body.js';
import { send } from './send.js';
import type { ResponsePart } from './response/response-part.js';
import {
  type ForwardingParts,
  mayHaveRun,
  nextPlacement,
  type RecoverableRequest,
  relocate,
  renewed,
} from './recoverable.js';
import { ClientResponse } from './response/client-response.js';
import { shouldRelocateNow } from '../sessions/relocate/drain.js';
import { eventIdEpoch, serverEventId } from './response/event-ids.js';
import { jitter } from '../sessions/concurrency-limiter.js';
import { SessionUnknown, withoutBodyHeaders } from '../upstream/call.js';
import { SseTracker } from './response/sse-tracker.js';
import { failPendingResumption, isAnswerLost, type PendingResumption, resumptionOf } from './pending-resumptions.js';
import { throwIfUnknown } from './session-probe.js';
import type { Placement } from '../sessions/relocate/relocation.js';

/** A stream that ended sooner counts as short. */
const WORTHWHILE_MS = 5_000;
/**
 * After this many short streams in a row, the gateway closes the client's stream and leaves the retry to the client.
 */
const MAX_SHORT = 4;
const RECHECK_MS = 250;
/**
 * Headers of the first attempt only. The gateway continues streams uncompressed and after the events that have passed;
 * it can rewrite event ids only in uncompressed streams.
 */
const isOfTheFirst = (name: string) => name === 'accept-encoding' || name === 'last-event-id';

/** The server does not resume after the last event that the client received. */
class NotResumed extends Error {}

/** The session has been relocated. */
class Detached extends Error {}

/**
 * Streams the server's own messages to the client (MCP 2025-11-25, transports, listening for messages), from the
 * replica on which the session lives. When that replica is lost, the client's stream stays open and continues with the
 * messages of the next replica; messages in between are lost. When only the connection breaks, the same replica resumes
 * after the last event that had an id. A client that resumes a call gets its answer or an error.
 */
export async function recoverableStream(
  parts: ForwardingParts,
  given: RecoverableRequest,
  first: Placement,
  firstBody: BufferedBody['body'],
): Promise<void> {
  const { envelope } = given.session;
  const call = resumptionOf(parts.resumptions, envelope.id, given.headers);
  const answer = new ClientResponse(given.request, {
    events: call ? new SseTracker('resumed', (id) => call.answered(id)) : new SseTracker('stream'),
  });
  // The revocation of a grant also ends a stream that is between two servers.
  const end = (error: GatewayError) => {
    given.request.refusal = error;
    if (answer.begun) answer.close();
  };
  const unwatch = parts.grants.watch({ grant: given.request, kind: 'stream', end });
  await follow(parts, given, { first, firstBody, answer, call }).finally(unwatch);
}

async function follow(
  parts: ForwardingParts,
  given: RecoverableRequest,
  {
    first,
    firstBody,
    answer,
    call,
  }: { first: Placement; firstBody: BufferedBody['body']; answer: ClientResponse; call: PendingResumption | undefined },
): Promise<void> {
  const { res } = given.request;
  const { envelope } = given.session;
  let at = first;
  let body = firstBody;
  let short = 0;
  let resumeAfter = headerValue(given.headers, 'last-event-id');

  for (let attempt = 1; ; attempt += 1) {
    if (call && call.waiting.size > 0 && call.moves !== at.location.moves) return failPendingResumption(answer, call);
    const began = performance.now();
    const recoverable = { ...given, headers: headersAt(given, at, { attempt, resumeAfter }) };
    const part = answer.next(eventIdEpoch(envelope, at.location));
    const error = await listen(parts, recoverable, { at, body, answer, part });
    resumeAfter = part.resumeAfter ?? resumeAfter;
    if (resumeAfter !== undefined) call?.awaitAfter(resumeAfter);
    if (!error || res.destroyed) return;
    if (answer.begun && !answer.isEvents) return answer.close();
    if (error instanceof NotResumed) return answer.abort(); // the client decides how to resume
    body = null;
    if (!(error instanceof Detached) && mayHaveRun(error) === undefined) throw error;
    short = performance.now() - began < WORTHWHILE_MS ? short + 1 : 0;
    try {
      if (short >= MAX_SHORT) throw error;
      if (answer.begun && !(error instanceof Detached)) await delay(jitter(1 + parts.streams.countOn(at.endpoint.id)));
      at =
        error instanceof Detached
          ? await currentPlacement(parts, recoverable, at)
          : await nextPlacement(parts, recoverable, at, error);
      given.headers = await renewed(parts, given);
    } catch (failure) {
      if (call && isAnswerLost(call, failure)) return failPendingResumption(answer, call);
      if (answer.begun) return answer.close(); // the client reconnects, and gets the error then
      if (!(failure instanceof SessionUnknown)) throw failure;
      await parts.sessions.end(envelope, recoverable.request.route, { tellServer: false }).catch(() => {});
      throw new GatewayError('SESSION_NOT_FOUND');
    }
    if (res.destroyed) return;
  }
}

/** The client's headers, unchanged where possible; `resumeAfter` is an event id in the form that the client knows. */
function headersAt(
  { session, headers }: RecoverableRequest,
  { location }: Placement,
  { attempt, resumeAfter }: { attempt: number; resumeAfter: string | undefined },
): string[] {
  const eventId = resumeAfter === undefined ? undefined : serverEventId(session.envelope, location, resumeAfter);
  if (attempt === 1 && location.moves === 0 && eventId === resumeAfter) return headers;
  const rest = withoutHeaders(attempt === 1 ? headers : withoutBodyHeaders(headers), isOfTheFirst);
  return eventId === undefined ? rest : [...rest, 'Last-Event-ID', eventId];
}

/** Passes the stream of one server on. Returns why it broke off; undefined when it has ended. */
async function listen(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  { at, body, answer, part }: { at: Placement; body: BufferedBody['body']; answer: ClientResponse; part: ResponsePart },
): Promise<Error | undefined> {
  const { request, session, headers } = recoverable;
  let isDetached = false;
  let isRelocating = false;
  const forget = parts.streams.add({
    session: session.envelope.id,
    resource: request.route,
    endpointId: at.endpoint.id,
    recheck: () =>
      void isPlacedHere(parts, recoverable, at).then((here) => {
        if (here) return;
        isDetached = true;
        part.detach();
      }),
    onDrain() {
      if (isRelocating) return;
      isRelocating = true;
      // The registry reports the relocation, as it does to every stream. A failed relocation is tried at the next drain
      // event.
      void leave(parts, recoverable, at).catch(() => (isRelocating = false));
    },
  });
  try {
    await send(parts, {
      ...request,
      sink: part,
      body,
      headers,
      endpoint: at.endpoint,
      session: { ...session, location: at.location },
      initialize: () => null,
      async onStatus(status) {
        if (status === 404) await throwIfUnknown(parts, recoverable, at);
        const refused = status >= 400 && status < 500 && headerValue(headers, 'last-event-id') !== undefined;
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

/** False when the session has been relocated or has ended, or its replica is gone. */
async function isPlacedHere(
  { sessions, routes }: ForwardingParts,
  { request, session }: RecoverableRequest,
  at: Placement,
): Promise<boolean> {
  const location = await sessions.find(session.envelope, request.route);
  if (
    location.closed ||
    location.upstreamId !== at.location.upstreamId ||
    location.endpointId !== at.location.endpointId
  )
    return false;
  return routes.get(request.route)?.endpoints.some(({ id }) => id === location.endpointId) ?? false;
}

async function currentPlacement(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  from: Placement,
): Promise<Placement> {
  const { request, session } = recoverable;
  parts.grants.check(request);
  const location = await parts.sessions.find(session.envelope, request.route);
  if (location.closed) throw new GatewayError('SESSION_NOT_FOUND');
  const endpoint = await findEndpoint(parts.routes, request.route, location.endpointId);
  return endpoint ? { location, endpoint } : relocate(parts, recoverable, from.location, 'gone');
}

/** Relocates the session off a draining replica as soon as no call is under way, or at the last moment. */
async function leave(parts: ForwardingParts, recoverable: RecoverableRequest, at: Placement): Promise<void> {
  const { request, session } = recoverable;
  const ending = () => parts.routes.get(request.route)?.endpoints.find(({ id }) => id === at.endpoint.id);
  for (let endpoint = ending(); endpoint?.draining && !request.res.destroyed; endpoint = ending()) {
    if (await shouldRelocateNow(parts.sessions, session.envelope.id, endpoint)) {
      await relocate(parts, recoverable, at.location, 'draining');
      return;
    }
    await delay(RECHECK_MS);
  }
}
