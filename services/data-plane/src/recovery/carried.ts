import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import { HEADER } from '@mcp-gateway/protocol';
import { findEndpoint } from '../find-endpoint.js';
import type { Forwarded } from '../forwarded.js';
import type { EndpointParts } from '../steps/endpoints.js';
import type { ForwardRequest } from '../steps/forward.js';
import type { SendParts } from '../steps/send.js';
import type { OpenSession } from '../steps/session.js';
import { hasEnded, movesNow } from './drain.js';
import type { IsIdempotent } from './idempotent-tools.js';
import type { PolledCalls } from './polled-calls.js';
import type { Posted } from './posted.js';
import type { Displaced, Recovery, Settled } from './recover.js';
import { SessionUnknown } from './session-unknown.js';
import type { Streams } from './streams.js';

export interface CarryParts extends SendParts, EndpointParts {
  recovery: Recovery;
  streams: Streams;
  polled: PolledCalls;
  isIdempotent: IsIdempotent;
  forwarded: Forwarded;
  log: Logger;
}

/** A request of a session that is carried to wherever the session lives. */
export interface Carried {
  request: ForwardRequest;
  session: OpenSession;
  /** As a server sees them, without its session id. */
  headers: string[];
}

/**
 * Why there was no answer: whether the server can have begun to act on the request.
 * Undefined for everything that has nothing to do with the server being there.
 */
export function mayHaveRun(error: unknown): boolean | undefined {
  if (error instanceof SessionUnknown) return false;
  if (!(error instanceof GatewayError)) return undefined;
  if (error.code === 'UPSTREAM_REFUSED') return false;
  return error.code === 'UPSTREAM_GONE' ? true : undefined;
}

/**
 * Where to send the request next, after it failed at `at`. A connection that broke says nothing of the replica: if that is
 * there still, it is asked again.
 * @throws GatewayError as `Recovery.recover`
 */
export async function settle(parts: CarryParts, carried: Carried, at: Settled, error: unknown): Promise<Settled> {
  parts.grants.check(carried.request);
  const endpoint = await stillThere(parts, carried, at, error);
  if (endpoint && !endpoint.draining) return { place: at.place, endpoint };
  return displaced(parts, carried, at.place, error instanceof SessionUnknown ? 'unknown' : 'gone');
}

/**
 * The endpoint, when all that is known against it is that a connection to it broke.
 * @throws GatewayError UNAVAILABLE when Redis is away
 */
export async function stillThere(
  { routes }: CarryParts,
  { request }: Carried,
  { place }: Settled,
  error: unknown,
): Promise<Endpoint | undefined> {
  const isGone = !(error instanceof GatewayError && error.code === 'UPSTREAM_GONE');
  return isGone ? undefined : findEndpoint(routes, request.route.name, place.endpointId);
}

/**
 * Where the session lives, once it lives on a replica that is there and stays. An answer of the client's goes to who has asked.
 * @throws GatewayError as `Recovery.recover`
 */
export async function whereToBegin(
  parts: CarryParts,
  carried: Carried,
  endpoint: Endpoint | undefined,
  posted?: Posted,
): Promise<Settled> {
  const { envelope, place } = carried.session;
  if (!endpoint) return displaced(parts, carried, place, 'gone');
  const here = { place, endpoint };
  if (!endpoint.draining || posted?.holdsResponse) return here;
  if (!(await movesNow(parts.sessions, envelope.id, endpoint))) return here;
  // With nowhere to go, or no Redis, it stays as long as it can.
  return displaced(parts, carried, place, 'draining').catch(() =>
    hasEnded(endpoint, Date.now()) ? displaced(parts, carried, place, 'gone') : here,
  );
}

/** @throws GatewayError as `Recovery.recover` */
export function displaced(
  { recovery }: CarryParts,
  { request, session, headers }: Carried,
  from: Settled['place'],
  why: Displaced['why'],
): Promise<Settled> {
  const protocolVersion = request.req.headers[HEADER.protocolVersion]?.toString();
  return recovery.recover({
    envelope: session.envelope,
    adapter: request.route.name,
    principal: request.principal,
    from,
    why,
    headers,
    protocolVersion,
  });
}
