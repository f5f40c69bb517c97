import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Endpoint, Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { HEADER, type Era } from '@mcp-gateway/protocol';
import { isSessionOf, unsealSessionId, type SessionEnvelope, type SessionKey } from '@mcp-gateway/sessions';
import { findEndpoint, placeUnknown } from '../find-endpoint.js';
import { noneReady } from '../none-ready.js';
import type { SessionPlace } from '../sessions/place.js';
import type { SessionStore } from '../sessions/store.js';
import { endpoints, type EndpointParts } from './endpoints.js';

/** A session, the id that the client knows it by, and where it lives. */
export interface OpenSession {
  envelope: SessionEnvelope;
  sealedId: string;
  place: SessionPlace;
}

/** Where a request goes. */
export type Target =
  | { session: null; endpoint: Endpoint }
  /** No endpoint: the replica that held it is gone. */
  | { session: OpenSession; endpoint: Endpoint | undefined };

export interface SessionParts extends EndpointParts {
  sessions: SessionStore;
  keys: readonly SessionKey[];
}

export interface SessionRequest {
  req: IncomingMessage;
  res: ServerResponse;
  era: Era;
  route: Route;
  principal: Principal;
}

/**
 * Chooses the endpoint: the one that the session lives on, else one that is ready and has little to do. Waits for it where
 * there is none, as a request of a session does.
 * A session id of somebody else, of another adapter, of another installation, or made up is simply unknown: 404, upon
 * which the client starts over (MCP 2025-11-25, transports, session management).
 * @throws GatewayError SESSION_NOT_FOUND, NO_READY_REPLICA, UNAVAILABLE
 */
export async function resolveSession(parts: SessionParts, request: SessionRequest): Promise<Target> {
  const { routes, sessions, keys } = parts;
  const { req, era, route, principal } = request;
  const sealedId = req.headers[HEADER.sessionId];
  // Modern requests have no session; a header that says otherwise is to be ignored (MCP 2026-07-28).
  if (sealedId === undefined || era === 'modern' || route.affinity === 'none') {
    const { now, later } = endpoints(parts, request);
    return { session: null, endpoint: now() ?? (await later()) ?? noneReady(routes.get(route) ?? route) };
  }

  const envelope = unsealSessionId(String(sealedId), keys);
  if (!envelope || !isSessionOf(envelope, route, principal.subject)) {
    throw new GatewayError('SESSION_NOT_FOUND');
  }
  const place = await sessions.find(envelope, route);
  const isResumed = req.headers['last-event-id'] !== undefined; // a call of the session may be under way still
  if (place.closed && !isResumed) throw new GatewayError('SESSION_NOT_FOUND');
  if (place.closed) return { session: { envelope, sealedId: String(sealedId), place }, endpoint: undefined };
  const endpoint = await findEndpoint(routes, route.name, place.endpointId);
  if (!endpoint && place.guessed) throw placeUnknown();
  return { session: { envelope, sealedId: String(sealedId), place }, endpoint };
}
