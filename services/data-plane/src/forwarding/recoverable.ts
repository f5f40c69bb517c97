import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import { HEADER } from '@mcp-gateway/protocol';
import { findEndpoint } from '../upstream/find-endpoint.js';
import type { Forwarded } from '../request/forwarded.js';
import type { EndpointParts } from '../upstream/connect-retry.js';
import type { SendParts } from './send.js';
import { hasEnded, shouldRelocateNow } from '../sessions/relocate/drain.js';
import type { IsIdempotent } from './idempotent-tools.js';
import type { PendingResumptions } from './pending-resumptions.js';
import type { BufferedMessage } from './buffered-message.js';
import type { Relocator } from '../sessions/relocate/relocator.js';
import type { StreamRegistry } from '../sessions/stream-registry.js';
import type { Placement, Relocation } from '../sessions/relocate/relocation.js';
import { SessionUnknown } from '../upstream/call.js';
import type { McpRequest } from '../request/context.js';
import type { OpenSession } from '../sessions/location.js';

export interface ForwardingParts extends SendParts, EndpointParts {
  relocator: Relocator;
  streams: StreamRegistry;
  resumptions: PendingResumptions;
  isIdempotent: IsIdempotent;
  forwarded: Forwarded;
  log: Logger;
}

/** A request of a session that is forwarded with recovery. */
export interface RecoverableRequest {
  request: McpRequest;
  session: OpenSession;
  /** The headers as a server gets them, without its session id. */
  headers: string[];
}

/**
 * Whether the server can have begun to act on the failed request.
 * Undefined for errors that say nothing about the server.
 */
export function mayHaveRun(error: unknown): boolean | undefined {
  if (error instanceof SessionUnknown) return false;
  if (!(error instanceof GatewayError)) return undefined;
  if (error.code === 'UPSTREAM_REFUSED') return false;
  return error.code === 'UPSTREAM_GONE' ? true : undefined;
}

/**
 * Where to send the request next, after it failed at `at`. A broken connection does not prove that the replica is gone:
 * while the replica is routed, the gateway tries it again.
 * @throws GatewayError as `Relocator.relocate` and `UpstreamCredentials.apply`
 */
export async function nextPlacement(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  at: Placement,
  error: unknown,
): Promise<Placement> {
  parts.grants.check(recoverable.request);
  // The server may come back with its sessions, and there is no other.
  if (at.endpoint.remote && error instanceof GatewayError && error.code === 'UPSTREAM_REFUSED') throw error;
  recoverable.headers = await renewed(parts, recoverable);
  const endpoint = await routedEndpoint(parts, recoverable, at, error);
  if (endpoint && !endpoint.draining) return { location: at.location, endpoint };
  return relocate(parts, recoverable, at.location, error instanceof SessionUnknown ? 'unknown' : 'gone');
}

/**
 * The endpoint, unless the session has to leave it.
 * @throws GatewayError UNAVAILABLE when Redis is unavailable
 */
export async function routedEndpoint(
  { routes }: ForwardingParts,
  { request }: RecoverableRequest,
  { location }: Placement,
  error: unknown,
): Promise<Endpoint | undefined> {
  const isGone = !(error instanceof GatewayError && error.code === 'UPSTREAM_GONE');
  return isGone ? undefined : findEndpoint(routes, request.route, location.endpointId);
}

/**
 * Where to send the request first: on a replica that is routed and does not drain, if there is one. A response of the
 * client goes to the server that sent the request.
 * @throws GatewayError as `Relocator.relocate`
 */
export async function initialPlacement(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  endpoint: Endpoint | undefined,
  buffered?: BufferedMessage,
): Promise<Placement> {
  const { envelope, location } = recoverable.session;
  if (!endpoint) return relocate(parts, recoverable, location, 'gone');
  const here = { location, endpoint };
  if (!endpoint.draining || buffered?.holdsResponse) return here;
  if (!(await shouldRelocateNow(parts.sessions, envelope.id, endpoint))) return here;
  // Without another replica, or without Redis, the session stays as long as its replica serves.
  return relocate(parts, recoverable, location, 'draining').catch(() =>
    hasEnded(endpoint, Date.now()) ? relocate(parts, recoverable, location, 'gone') : here,
  );
}

/** The headers with credentials of now: a stream may last longer than they hold. */
export const renewed = async (
  { credentials }: Pick<ForwardingParts, 'credentials'>,
  { request, headers }: Pick<RecoverableRequest, 'request' | 'headers'>,
): Promise<string[]> => credentials.apply(headers, request);

/** @throws GatewayError as `Relocator.relocate` and `UpstreamCredentials.apply` */
export async function relocate(
  parts: ForwardingParts,
  { request, session, headers }: RecoverableRequest,
  from: Placement['location'],
  why: Relocation['why'],
): Promise<Placement> {
  const protocolVersion = request.req.headers[HEADER.protocolVersion]?.toString();
  return parts.relocator.relocate({
    envelope: session.envelope,
    resource: request.route,
    requestId: request.id,
    principal: request.principal,
    from,
    why,
    headers: await renewed(parts, { request, headers }),
    protocolVersion,
  });
}
