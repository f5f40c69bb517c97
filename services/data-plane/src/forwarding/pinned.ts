import { GatewayError } from '@mcp-gateway/common/errors';
import type { ResponseSink } from '../upstream/proxy.js';
import { partToSend, send } from './send.js';
import { clientError } from './client-error.js';
import type { ForwardingParts } from './recoverable.js';
import { ClientResponse } from './response/client-response.js';
import { BufferedMessage } from './buffered-message.js';
import { endIfUnknown } from './session-probe.js';
import type { McpRequest } from '../request/context.js';
import type { OpenSession, Target } from '../sessions/location.js';

/**
 * Forwards a request of a session to the replica on which the session was opened. When that replica is gone, the
 * session ends, and the client starts over (MCP 2025-11-25, transports, session management).
 * @throws GatewayError as `send`, and SESSION_NOT_FOUND
 */
export async function forwardPinned(
  parts: ForwardingParts,
  request: McpRequest,
  { session, endpoint }: Target & { session: OpenSession },
  headers: string[],
): Promise<void> {
  const { req, res } = request;
  const buffered = await BufferedMessage.read(request.body);
  const noInitialize = () => null; // a session that is never replayed needs no recorded initialize
  const sending = {
    ...partToSend(request),
    body: buffered.body,
    delivery: buffered,
    headers,
    session,
    initialize: noInitialize,
    onStatus: (status: number) =>
      endpoint && status === 404 && req.method !== 'DELETE'
        ? endIfUnknown(parts, { request, session, headers }, { location: session.location, endpoint })
        : undefined,
  };
  try {
    if (!endpoint) throw new GatewayError('UPSTREAM_REFUSED');
    if (req.method !== 'GET') return await send(parts, { ...sending, endpoint, sink: res });
    await listenUntilSessionEnds(parts, request, session, (sink) => send(parts, { ...sending, endpoint, sink }));
  } catch (error) {
    if (!(error instanceof GatewayError && error.code === 'UPSTREAM_REFUSED')) throw clientError(buffered, error);
    // The session stops counting before the client starts over. A replica that is still in the routes may be back in a
    // moment.
    const how = { tellServer: endpoint !== undefined };
    await parts.sessions.end(session.envelope, request.route, how).catch(() => {});
    throw clientError(buffered, replicaGone(error));
  }
}

const replicaGone = (cause: Error) =>
  new GatewayError('SESSION_NOT_FOUND', { detail: 'the replica that held it is gone', cause });

/** Ends the server's own stream when its session ends elsewhere. */
async function listenUntilSessionEnds(
  { sessions, streams }: ForwardingParts,
  request: McpRequest,
  { envelope, location }: OpenSession,
  listen: (sink: ResponseSink) => Promise<void>,
): Promise<void> {
  const answer = new ClientResponse(request);
  const { route } = request;
  const forget = streams.add({
    session: envelope.id,
    resource: route,
    endpointId: location.endpointId,
    recheck: () =>
      void sessions.find(envelope, route).then(({ closed }) => {
        if (!closed || !answer.begun) return;
        answer.detach();
        answer.close();
      }),
    onDrain: () => {}, // the sessions of a draining replica end with it
  });
  await listen(answer.next()).finally(forget);
}
