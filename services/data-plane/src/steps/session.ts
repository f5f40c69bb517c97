import type { IncomingMessage } from 'node:http';
import type { Endpoint, Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { bounded } from '@mcp-gateway/common/redis';
import type { RouteTable } from '@mcp-gateway/common/routes';
import { HEADER, openSessionId, type Era, type SessionEnvelope, type SessionKey } from '@mcp-gateway/protocol';
import type { SessionStore } from '../sessions/store.js';
import type { Upstreams } from '../upstreams.js';

/** Where a request goes. */
export interface Target {
  endpoint: Endpoint;
  /** The session that it belongs to, and the id that the client knows it by. */
  session: { envelope: SessionEnvelope; sealedId: string } | null;
}

export interface SessionParts {
  routes: RouteTable;
  sessions: SessionStore;
  keys: readonly SessionKey[];
  upstreams: Upstreams;
}

export interface SessionRequest {
  req: IncomingMessage;
  era: Era;
  route: Route;
  principal: Principal;
}

const REDIS_MS = 1_000;

/**
 * Chooses the endpoint: the one that the session lives on, else the least busy one that is ready.
 * A session id of somebody else, of another adapter, of another installation, or made up is simply unknown: 404, upon
 * which the client starts over (MCP 2025-11-25, transports, session management).
 * @throws GatewayError SESSION_NOT_FOUND, NO_READY_REPLICA, UNAVAILABLE
 */
export async function resolveSession(
  parts: SessionParts,
  { req, era, route, principal }: SessionRequest,
): Promise<Target> {
  const sealedId = req.headers[HEADER.sessionId];
  // Modern requests have no session; a header that says otherwise is to be ignored (MCP 2026-07-28).
  if (era === 'modern' || route.affinity === 'none' || sealedId === undefined) {
    return { endpoint: leastBusy(route, parts.upstreams), session: null };
  }
  const envelope = openSessionId(String(sealedId), parts.keys);
  if (!envelope || envelope.adapterId !== route.adapterId || envelope.caller !== principal.subject) {
    throw new GatewayError('SESSION_NOT_FOUND');
  }
  const { endpointId, closed } = await parts.sessions.find(envelope);
  if (closed) throw new GatewayError('SESSION_NOT_FOUND');
  const endpoint = find(route, endpointId) ?? (await findAgain(parts.routes, route.name, endpointId));
  if (!endpoint) throw new GatewayError('SESSION_NOT_FOUND', { detail: 'the replica that held it is gone' });
  return { endpoint, session: { envelope, sealedId: String(sealedId) } };
}

const find = (route: Route | undefined, id: string): Endpoint | undefined =>
  route?.endpoints.find((endpoint) => endpoint.id === id);

/** Another data plane may have heard of a new replica before this one; ask before ending somebody's session. */
async function findAgain(routes: RouteTable, adapter: string, id: string): Promise<Endpoint | undefined> {
  try {
    await bounded(routes.refresh(adapter), REDIS_MS);
  } catch (cause) {
    throw new GatewayError('UNAVAILABLE', {
      detail: 'the routes cannot be read now',
      headers: { 'retry-after': '1' },
      cause,
    });
  }
  return find(routes.get(adapter), id);
}

function leastBusy(route: Route, upstreams: Upstreams): Endpoint {
  let best: Endpoint | undefined;
  let fewest = Infinity;
  let ties = 0;
  for (const endpoint of route.endpoints) {
    if (!endpoint.ready) continue;
    const load = upstreams.inFlight(endpoint);
    ties = load === fewest ? ties + 1 : 1;
    // Of equally busy ones each is chosen with the same probability.
    if (load < fewest || (load === fewest && Math.random() * ties < 1)) {
      best = endpoint;
      fewest = load;
    }
  }
  if (!best) {
    throw new GatewayError('NO_READY_REPLICA', {
      detail: `GET /adapters/${route.name}/status says why`,
      headers: { 'retry-after': '2' },
    });
  }
  return best;
}
