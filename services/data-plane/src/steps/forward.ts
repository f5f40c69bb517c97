import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { requestHeaders, type Era } from '@mcp-gateway/protocol';
import { carry, tellResumed } from '../recovery/carry.js';
import type { CarryParts } from '../recovery/carried.js';
import { stay } from '../recovery/stay.js';
import type { RequestBody } from '../request-body.js';
import { open } from './open.js';
import type { Target } from './session.js';

export interface ForwardRequest {
  req: IncomingMessage;
  res: ServerResponse;
  body: RequestBody | null;
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
  const { session } = target;
  const headers = requestHeaders(req.rawHeaders, req.headers, {
    identity: principal,
    forwarded: parts.forwarded(req),
    preserveHost: route.preserveHost,
  });
  if (!session) return open(parts, request, target.endpoint, headers);
  if (session.place.closed) {
    return tellResumed(parts, { request, session, headers }, new GatewayError('SESSION_NOT_FOUND'));
  }

  const end = parts.sessions.use(session.envelope, route);
  try {
    if (route.sessionRecovery === 'replay') return await carry(parts, request, target, headers);
    await stay(parts, request, target, headers);
  } finally {
    end();
  }
}
