import { GatewayError } from '@mcp-gateway/common/errors';
import { HEADER } from '@mcp-gateway/protocol';
import { isSessionOf, type SessionKeyRing, unsealSessionId } from '@mcp-gateway/sessions';
import { findEndpoint, locationUnknown, throwNoReadyReplica } from '../upstream/find-endpoint.js';
import type { Target } from '../sessions/location.js';
import type { SessionStore } from '../sessions/store.js';
import { type EndpointParts, endpoints } from '../upstream/connect-retry.js';
import type { McpRequest } from '../request/context.js';

export interface SessionParts extends EndpointParts {
  sessions: SessionStore;
  keys: SessionKeyRing;
}

/**
 * Chooses the endpoint: the location of the session, or for a request without a session a ready endpoint with little
 * load. Waits when no endpoint is ready.
 * A session id of another caller, adapter or installation, and an invented one, are all unknown: the answer is 404, and
 * the client starts over (MCP 2025-11-25, transports, session management). Without a promise when an endpoint is ready.
 * @throws GatewayError SESSION_NOT_FOUND, NO_READY_REPLICA, UNAVAILABLE
 */
export function resolveSession(parts: SessionParts, request: McpRequest): Target | Promise<Target> {
  const { req, era, route } = request;
  const sealedId = req.headers[HEADER.sessionId];
  // Modern requests have no session; servers ignore the header (MCP 2026-07-28).
  const isStateless = sealedId === undefined || era === 'modern' || route.affinity === 'none';
  return isStateless ? chooseEndpoint(parts, request) : findSession(parts, request, String(sealedId));
}

function chooseEndpoint(parts: SessionParts, request: McpRequest): Target | Promise<Target> {
  const { now, later } = endpoints(parts, request);
  const endpoint = now();
  if (endpoint) return { session: null, endpoint };
  const { route } = request;
  return later().then((found) => ({
    session: null,
    endpoint: found ?? throwNoReadyReplica(parts.routes.get(route) ?? route),
  }));
}

async function findSession(
  { routes, sessions, keys }: SessionParts,
  { req, route, principal }: McpRequest,
  sealedId: string,
): Promise<Target> {
  const envelope = unsealSessionId(sealedId, keys.all);
  if (!envelope || !isSessionOf(envelope, route, principal.subject)) {
    throw new GatewayError('SESSION_NOT_FOUND');
  }
  const location = await sessions.find(envelope, route);
  const isResumed = req.headers['last-event-id'] !== undefined; // a call of the session may still be under way
  if (location.closed && !isResumed) throw new GatewayError('SESSION_NOT_FOUND');
  if (location.closed) return { session: { envelope, sealedId, location }, endpoint: undefined };
  const endpoint = await findEndpoint(routes, route, location.endpointId);
  if (!endpoint && location.unverified) throw locationUnknown();
  return { session: { envelope, sealedId, location }, endpoint };
}
