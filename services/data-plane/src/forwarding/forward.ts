import { GatewayError } from '@mcp-gateway/common/errors';
import { headerValue, requestHeaders } from '@mcp-gateway/protocol';
import { type ForwardingParts, initialPlacement, mayHaveRun, type RecoverableRequest } from './recoverable.js';
import { forwardPinned } from './pinned.js';
import { forwardUnpinned } from './unpinned.js';
import { bufferBody, bufferShortBody } from '../request/buffer-body.js';
import { send } from './send.js';
import { recoverablePost } from './recoverable-post.js';
import { recoverableStream } from './recoverable-stream.js';
import { ClientResponse } from './response/client-response.js';
import { failPendingResumption, isLost, resumptionOf } from './pending-resumptions.js';
import type { McpRequest } from '../request/context.js';
import type { OpenSession, Target } from '../sessions/location.js';

/**
 * Has the request answered by its endpoint. A request of a session is carried to wherever the session lives, when the
 * adapter's sessions are recovered. Resolves when the answer has ended.
 * @throws GatewayError as `send`, and SESSION_NOT_FOUND when the session has nowhere to live
 */
export async function forward(parts: ForwardingParts, request: McpRequest, target: Target): Promise<void> {
  const { req, route, principal } = request;
  const { session } = target;
  const headers = requestHeaders(req.rawHeaders, req.headers, {
    identity: principal,
    requestId: request.id,
    forwarded: parts.forwarded(req),
    preserveHost: route.preserveHost,
  });
  if (!session) return forwardUnpinned(parts, request, target.endpoint, headers);
  if (session.location.closed) {
    return failResumed(parts, { request, session, headers }, new GatewayError('SESSION_NOT_FOUND'));
  }

  const end = parts.sessions.use(session.envelope, route);
  try {
    if (route.sessionRecovery === 'replay') return await forwardWithRecovery(parts, request, target, headers);
    await forwardPinned(parts, request, target, headers);
  } finally {
    end();
  }
}

/**
 * Has a request of a session answered by whichever replica the session lives on, and sees to it that it lives on one.
 * See docs/sessions.md for what is sent again and what is not.
 * @throws GatewayError as `send` and `Relocator.recover`
 */
async function forwardWithRecovery(
  parts: ForwardingParts,
  request: McpRequest,
  target: Target & { session: OpenSession },
  headers: string[],
): Promise<void> {
  const { session, endpoint } = target;
  const recoverable: RecoverableRequest = { request, session, headers };
  switch (request.req.method) {
    case 'DELETE':
      return endSession(parts, recoverable, target);
    case 'GET': {
      const { body } = await bufferBody(request.body);
      try {
        return await recoverableStream(parts, recoverable, await initialPlacement(parts, recoverable, endpoint), body);
      } catch (error) {
        return failResumed(parts, recoverable, error);
      }
    }
    default:
      return recoverablePost(parts, recoverable, endpoint);
  }
}

/**
 * A session has ended, or cannot go on: a client that resumes the answer to a call is told that the call may have run.
 * @throws the error, when it waits for none
 */
function failResumed(
  { resumptions }: ForwardingParts,
  { request, session, headers }: RecoverableRequest,
  error: unknown,
): void {
  const call = request.res.headersSent ? undefined : resumptionOf(resumptions, session.envelope.id, headers);
  if (call && isLost(call, error)) return failPendingResumption(new ClientResponse(request), call);
  const eventId = headerValue(headers, 'last-event-id');
  if (eventId !== undefined) call?.awaitAfter(eventId);
  throw error;
}

/** A session whose replica is gone needs nobody to end it. */
async function endSession(
  parts: ForwardingParts,
  { request, session, headers }: RecoverableRequest,
  { endpoint }: Target,
): Promise<void> {
  const { res, route } = request;
  try {
    if (endpoint) {
      const { body } = await bufferShortBody(request.body);
      return await send(parts, { ...request, body, sink: res, headers, session, endpoint, initialize: () => null });
    }
  } catch (error) {
    if (res.headersSent || mayHaveRun(error) === undefined) throw error;
  }
  await parts.sessions.end(session.envelope, route, { tellServer: false }).catch(() => {});
  res.writeHead(200, { 'content-length': 0 }).end();
}
