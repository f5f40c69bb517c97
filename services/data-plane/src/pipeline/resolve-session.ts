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
 * the client starts over (MCP 2025-11-25, transports, session management).
 * @throws GatewayError SESSION_NOT_FOUND, NO_READY_REPLICA, UNAVAILABLE
 */
export async function resolveSession(parts: SessionParts, request: McpRequest): Promise<Target> {
  const { routes, sessions, keys } = parts;
  const { req, era, route, principal } = request;
  const sealedId = req.headers[HEADER.sessionId];
  // Modern requests have no session; servers ignore the header (MCP 2026-07-28).
  if (sealedId === undefined || era === 'modern' || route.affinity === 'none') {
    const { now, later } = endpoints(parts, request);
    return {
      session: null,
      endpoint: now() ?? (await later()) ?? throwNoReadyReplica(routes.get(route) ?? route),
    };
  }

  const envelope = unsealSessionId(String(sealedId), keys.all);
  if (!envelope || !isSessionOf(envelope, route, principal.subject)) {
    throw new GatewayError('SESSION_NOT_FOUND');
  }
  const location = await sessions.find(envelope, route);
  const isResumed = req.headers['last-event-id'] !== undefined; // a call of the session may still be under way
  if (location.closed && !isResumed) throw new GatewayError('SESSION_NOT_FOUND');
  if (location.closed) return { session: { envelope, sealedId: String(sealedId), location }, endpoint: undefined };
  const endpoint = await findEndpoint(routes, route, location.endpointId);
  if (!endpoint && location.unverified) throw locationUnknown();
  return { session: { envelope, sealedId: String(sealedId), location }, endpoint };
}
