import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import type { RouteTable } from '@mcp-gateway/routing';
import { requestHeaders } from '@mcp-gateway/protocol';
import { isSessionOf, unsealSessionId, type SessionKey } from '@mcp-gateway/sessions';
import { findEndpoint } from '../find-endpoint.js';
import type { Forwarded } from '../forwarded.js';
import { inviteBody } from '../invite-body.js';
import { seenFrom } from '../redirects.js';
import type { ReferenceTo } from '../reference.js';
import type { RequestBody } from '../request-body.js';
import { answering } from '../recovery/answer-requests.js';
import { Posted } from '../recovery/posted.js';
import type { SessionStore } from '../sessions/store.js';
import type { Grants } from '../steps/grants.js';
import { relay } from '../steps/relay.js';
import type { Upstreams } from '../upstreams.js';
import { sealedIdOf } from './paths.js';

export interface MessageParts {
  routes: RouteTable;
  upstreams: Upstreams;
  grants: Grants;
  keys: readonly SessionKey[];
  sessions: Pick<SessionStore, 'find'>;
  forwarded: Forwarded;
  referenceTo: ReferenceTo;
}

export interface MessageRequest {
  req: IncomingMessage;
  res: ServerResponse;
  body: RequestBody | null;
  query: string;
  route: Route;
  principal: Principal;
}

/**
 * Sends a message to where the stream of its session is (MCP 2024-11-05, transports, HTTP with SSE). The answer comes on that
 * stream, so there is nothing to move when the replica is gone: the stream has ended, too.
 * @throws GatewayError SESSION_NOT_FOUND, UPSTREAM_REFUSED, UPSTREAM_GONE, UPSTREAM_TIMEOUT, TOO_LARGE, UNAVAILABLE
 */
export async function postMessage(parts: MessageParts, request: MessageRequest): Promise<void> {
  const { req, res, query, route, principal } = request;
  const envelope = unsealSessionId(sealedIdOf(query), parts.keys, 'url');
  if (!envelope || !isSessionOf(envelope, route, principal.subject)) {
    throw new GatewayError('SESSION_NOT_FOUND');
  }
  const { closed } = await parts.sessions.find(envelope, route);
  if (closed) throw new GatewayError('SESSION_NOT_FOUND');
  const endpoint = await findEndpoint(parts.routes, route.name, envelope.endpointId);
  if (!endpoint) throw new GatewayError('SESSION_NOT_FOUND', { detail: 'the replica that held it is gone' });
  inviteBody(req, res);
  const posted = await Posted.readIfShort(request.body);
  const { preserveHost } = route;
  const added = { identity: principal, forwarded: parts.forwarded(req), preserveHost };
  await relay(parts.upstreams, endpoint, {
    res,
    options: {
      method: 'POST',
      path: envelope.upstreamId,
      headers: requestHeaders(req.rawHeaders, req.headers, added),
      body: posted.body,
    },
    seenAs: seenFrom(parts.referenceTo, { req, route, endpoint }),
    onHead: () => [],
    delivery: posted,
    permit: parts.grants.permit(request, 'answer'),
  }).catch((error: unknown) => {
    throw answering(posted, error);
  });
}
