import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import {
  HEADER,
  requestHeaders,
  sealSessionId,
  type Era,
  type SessionEnvelope,
  type SessionKey,
} from '@mcp-gateway/protocol';
import type { SessionStore } from '../sessions/store.js';
import type { Upstreams } from '../upstreams.js';
import { capture, type Captured } from './capture.js';
import { relay, type ResponseHead } from './relay.js';
import type { Target } from './session.js';

export interface ForwardParts {
  sessions: SessionStore;
  keys: readonly [SessionKey, ...SessionKey[]];
  upstreams: Upstreams;
}

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
 * Sends the request to the endpoint and the answer back, both as they come, and turns session ids from one side's into
 * the other's. Resolves when the answer has ended.
 * @throws GatewayError UPSTREAM_REFUSED, UPSTREAM_GONE, UPSTREAM_TIMEOUT, TOO_LARGE, UNAVAILABLE
 */
export async function forward(parts: ForwardParts, request: ForwardRequest): Promise<void> {
  const { req, res, query, era, route, principal, target } = request;
  const { session, endpoint } = target;
  const mayOpenSession = era === 'legacy' && route.affinity === 'session' && req.method === 'POST';
  // What initialize says is needed to repeat it elsewhere; with a session open already, nothing is.
  const captured = mayOpenSession && !session && request.body ? capture(request.body) : null;

  const headers = requestHeaders(req.rawHeaders, req.headers, principal);
  if (session) headers.push('Mcp-Session-Id', session.envelope.upstreamId);

  await relay(parts.upstreams, endpoint, {
    res,
    options: { method: req.method as 'POST', path: route.path + query, headers, body: captured?.body ?? request.body },
    async onHead({ status, upstreamSessionId }: ResponseHead) {
      if (session && req.method === 'DELETE' && (status < 300 || status === 404)) {
        await parts.sessions.end(session.envelope, route.name).catch(() => {}); // the server has ended it in any case
      }
      if (upstreamSessionId === undefined) return [];
      if (session?.envelope.upstreamId === upstreamSessionId) return [HEADER.sessionId, session.sealedId];
      if (!mayOpenSession || status >= 300) return [];
      return [HEADER.sessionId, await openSession(parts, request, upstreamSessionId, captured)];
    },
  });
}

/** Remember before you reveal: the record stands before the client sees the id. */
async function openSession(
  { sessions, keys }: ForwardParts,
  { route, principal, target }: ForwardRequest,
  upstreamId: string,
  captured: Captured | null,
): Promise<string> {
  const envelope: SessionEnvelope = {
    id: randomUUID(),
    adapterId: route.adapterId,
    endpointId: target.endpoint.id,
    upstreamId,
    caller: principal.subject,
    issuedAt: Math.floor(Date.now() / 1000),
  };
  try {
    await sessions.open(envelope, route.name, captured?.text() ?? null);
  } catch (cause) {
    const detail = 'the session cannot be recorded now';
    throw new GatewayError('UNAVAILABLE', { detail, headers: { 'retry-after': '1' }, cause });
  }
  return sealSessionId(envelope, keys);
}
