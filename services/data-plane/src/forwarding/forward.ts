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
import { failPendingResumption, isAnswerLost, resumptionOf } from './pending-resumptions.js';
import type { McpRequest } from '../request/context.js';
import type { OpenSession, Target } from '../sessions/location.js';

/**
 * Forwards the request to its endpoint. A request of a session goes to the session's current location when the
 * adapter's sessions are recovered. Resolves when the answer has ended.
 * @throws GatewayError as `send` and `UpstreamCredentials.apply`, and SESSION_NOT_FOUND when the session has no location
 */
export async function forward(parts: ForwardingParts, request: McpRequest, target: Target): Promise<void> {
  const { req, route, principal } = request;
  const { session } = target;
  const plain = requestHeaders(req.rawHeaders, req.headers, {
    // A server of others learns of the caller only by what `upstreamAuth` says.
    identity: route.remote ? undefined : principal,
    requestId: request.id,
    forwarded: route.remote ? [] : parts.forwarded(req),
    preserveHost: route.preserveHost,
  });
  const applied = parts.credentials.apply(plain, request);
  const headers = applied instanceof Promise ? await applied : applied;
  if (!session) return forwardUnpinned(parts, request, target.endpoint, headers);
  if (session.location.closed) {
    return failResumed(parts, { request, session, headers }, new GatewayError('SESSION_NOT_FOUND'));
  }

  request.defer(parts.sessions.use(session.envelope, route));
  return route.sessionRecovery === 'replay'
    ? forwardWithRecovery(parts, request, target, headers)
    : forwardPinned(parts, request, target, headers);
}

/**
 * Forwards a request of a session to the replica of the session, and relocates the session when that replica is gone.
 * docs/sessions.md says which requests are sent again.
 * @throws GatewayError as `send` and `Relocator.relocate`
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
 * Fails a resumed call when its session has ended or cannot continue: the error tells the client that the call may have
 * run.
 * @throws the error, when the client resumes no call
 */
function failResumed(
  { resumptions }: ForwardingParts,
  { request, session, headers }: RecoverableRequest,
  error: unknown,
): void {
  const call = request.res.headersSent ? undefined : resumptionOf(resumptions, session.envelope.id, headers);
  if (call && isAnswerLost(call, error)) return failPendingResumption(new ClientResponse(request), call);
  const eventId = headerValue(headers, 'last-event-id');
  if (eventId !== undefined) call?.awaitAfter(eventId);
  throw error;
}

/** When the session's replica is gone, the DELETE ends the session in the gateway only. */
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
