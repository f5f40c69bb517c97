import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { requestHeaders, type Era } from '@mcp-gateway/protocol';
import { carry } from '../recovery/carry.js';
import type { CarryParts } from '../recovery/carried.js';
import { ClientAnswer } from '../recovery/client-answer.js';
import { open } from './open.js';
import type { Sink } from './relay.js';
import { send } from './send.js';
import type { OpenSession, Target } from './session.js';

export interface ForwardRequest {
  req: IncomingMessage;
  res: ServerResponse;
  body: Readable | null;
  query: string;
  era: Era;
  route: Route;
  principal: Principal;
  target: Target;
}

/**
 * Has the request answered by its endpoint. A request of a session is carried to wherever the session lives, when the
 * adapter's sessions are recovered. Resolves when the answer has ended.
 * @throws GatewayError as `send`, and SESSION_NOT_FOUND when the session has nowhere to live
 */
export async function forward(parts: CarryParts, request: ForwardRequest): Promise<void> {
  const { req, route, principal, target } = request;
  const { session, endpoint } = target;
  const headers = requestHeaders(req.rawHeaders, req.headers, principal);
  if (!session) return open(parts, request, target.endpoint, headers);

  const end = parts.sessions.uses.begin(session.envelope, req.method === 'GET' ? 'stream' : 'call');
  try {
    if (route.sessionRecovery === 'replay') return await carry(parts, request, target, headers);
    if (!endpoint) throw new GatewayError('SESSION_NOT_FOUND', { detail: 'the replica that held it is gone' });
    const nothing = () => null; // a session that is not replayed need not be remembered
    const sending = { ...request, headers, session, endpoint, initialize: nothing };
    if (req.method !== 'GET') return await send(parts, { ...sending, sink: request.res });
    await untilSessionEnds(parts, request, session, (sink) => send(parts, { ...sending, sink }));
  } finally {
    end();
  }
}

/** Ends the server's own stream when the session has been ended by somebody else. */
async function untilSessionEnds(
  { sessions, streams }: CarryParts,
  { res, route }: ForwardRequest,
  { envelope, place }: OpenSession,
  listen: (sink: Sink) => Promise<void>,
): Promise<void> {
  const answer = new ClientAnswer(res, 'stream');
  const forget = streams.add({
    session: envelope.id,
    adapter: route.name,
    endpointId: place.endpointId,
    look: () =>
      void sessions.find(envelope, route).then(({ closed }) => {
        if (!closed || !answer.begun) return;
        answer.detach();
        answer.end();
      }),
    leave: () => {}, // its sessions end with it
  });
  await listen(answer.next()).finally(forget);
}
