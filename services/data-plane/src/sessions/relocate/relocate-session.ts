import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint, Route } from '@mcp-gateway/common/contracts';
import { type ErrorCode, GatewayError, RESOURCE_NOT_FOUND, resourceNotFound } from '@mcp-gateway/common/errors';
import { canRead } from '@mcp-gateway/common/permission';
import type { RouteTable } from '@mcp-gateway/routing';
import type { FoundSession } from '@mcp-gateway/sessions';
import { noReadyReplica } from '../../upstream/find-endpoint.js';
import { sessionHeaders } from '../../upstream/call.js';
import { terminateUpstreamSession } from '../termination.js';
import type { ConcurrencyLimiter } from '../concurrency-limiter.js';
import {
  cannotRelocate,
  countMove,
  loadPlacement,
  type RelocationState,
  throwCannotRelocate,
} from './load-placement.js';
import { replay } from './replay.js';
import type { Placement, Relocation, RelocationParts } from './relocation.js';

/** Less than clients wait for an answer. */
const WITHIN_MS = 15_000;
/** Maximum of attempts that fail because the chosen replica does not answer. */
const MAX_ATTEMPTS = 4;
/** Longer than a replay usually takes. During a longer replay a second one may begin; only one of them is recorded. */
const CLAIM_MS = 5_000;
const RECHECK_MS = 50;
/** Errors that another replica would not change. */
const FINAL = new Set<ErrorCode>([...RESOURCE_NOT_FOUND, 'SESSION_NOT_FOUND', 'NO_READY_REPLICA', 'UNAVAILABLE']);

/** See `Relocator.relocate`. `limiter` bounds the number of concurrent replays. */
export async function relocateSession(
  parts: RelocationParts,
  limiter: ConcurrencyLimiter,
  session: Relocation,
): Promise<Placement> {
  const { from, why } = session;
  const { withinMs = WITHIN_MS } = parts;
  // A server that does not know the session may be a new process on the same address, so it is no excluded endpoint.
  const gone = new Set(why === 'unknown' ? [] : [from.endpointId]);
  const state: RelocationState = { session, seenMoves: from.moves, gone, failed: new Set() };
  const deadline = Date.now() + withinMs;
  let failures = 0;

  while (Date.now() < deadline) {
    const seen = await loadPlacement(parts, state);
    if ('placement' in seen) return seen.placement;
    const target = await relocationTarget(parts, state, deadline); // outside of the limiter, because it may take long
    try {
      const placement = await limiter(() => claimAndRelocate(parts, state, target));
      if (placement) return placement;
      await delay(RECHECK_MS, undefined, { ref: false });
    } catch (error) {
      failures += 1;
      if (error instanceof GatewayError && FINAL.has(error.code)) throw error;
      if (failures >= MAX_ATTEMPTS) throw cannotRelocate(error);
      state.failed.add(target.endpoint.id);
    }
  }
  throw cannotRelocate(new Error(`not recorded within ${withinMs} ms`));
}

interface RelocationTarget {
  route: Route;
  endpoint: Endpoint;
}

/** Waits for an endpoint, because a replica that crashed is often back within seconds. */
async function relocationTarget(
  { routes, balancer }: RelocationParts,
  state: RelocationState,
  deadline: number,
): Promise<RelocationTarget> {
  const { why } = state.session;
  for (;;) {
    const route = routeOf(routes, state.session);
    const endpoint = balancer.forSession(route, {
      avoid: new Set([...state.gone, ...state.failed]),
      updated: why === 'draining',
      ready: why === 'draining',
    });
    if (endpoint) return { route, endpoint };
    // A draining replica that is the only one keeps its sessions until it ends.
    const isOver = why === 'draining' || route.phase === 'Stopped' || Date.now() > deadline;
    if (isOver) throw noReadyReplica(route);
    state.failed.clear(); // better an endpoint that failed a moment ago than none
    await delay(RECHECK_MS, undefined, { ref: false });
  }
}

/**
 * The current route, while it is the session's and its caller may use it. The gateway replays nothing for a caller
 * without permission.
 */
function routeOf(routes: RouteTable, { resource, envelope, principal }: Relocation): Route {
  const route = routes.get(resource);
  if (!route || !canRead(principal, route)) throw resourceNotFound(resource.kind);
  if (route.resourceId !== envelope.resourceId) throw new GatewayError('SESSION_NOT_FOUND');
  return route;
}

/** Null when another data plane relocates the session, or has just done so. */
async function claimAndRelocate(
  parts: RelocationParts,
  state: RelocationState,
  target: RelocationTarget,
): Promise<Placement | null> {
  const { records } = parts.sessions;
  const { envelope } = state.session;
  const holder = randomUUID();
  const claimed = await records.claim(envelope, holder, CLAIM_MS).catch(throwCannotRelocate);
  if (!claimed) return null;
  try {
    return await relocateTo(parts, state, target, claimed);
  } finally {
    void records.release(envelope, holder).catch(() => {}); // the claim expires by itself
  }
}

async function relocateTo(
  parts: RelocationParts,
  state: RelocationState,
  { route, endpoint }: RelocationTarget,
  claimed: FoundSession,
): Promise<Placement | null> {
  const { sessions, upstreams, log } = parts;
  const { envelope, requestId, headers, why, protocolVersion } = state.session;
  const began = performance.now();
  const seen = await loadPlacement(parts, state, claimed); // read again: it may have waited in the queue
  if ('placement' in seen) return seen.placement;
  const record = { ...seen.record, protocolVersion: seen.record.protocolVersion ?? protocolVersion ?? null };

  routeOf(parts.routes, state.session); // checked again: it may have waited in the queue
  const upstreamId = await replay(upstreams, { endpoint, record, headers });
  const to = { endpointId: endpoint.id, upstreamId, ...countMove(record, Math.floor(Date.now() / 1000)) };
  const terminateUnneeded = () => {
    const { protocolVersion: version } = record;
    const told = { upstreamId, protocolVersion: version, headers: sessionHeaders(headers) };
    void terminateUpstreamSession(upstreams, endpoint, told);
  };
  const recorded = await sessions.records.move(envelope, route, record.moves, to).catch((cause: unknown) => {
    terminateUnneeded(); // if Redis has recorded it all the same, the server answers that the session is unknown, and a relocation records it again
    return throwCannotRelocate(cause);
  });
  if (!recorded) {
    terminateUnneeded();
    return null;
  }
  const location = { endpointId: endpoint.id, upstreamId, moves: record.moves + 1, closed: false };
  sessions.moved(envelope, route, location);
  const ms = Math.round(performance.now() - began);
  log.info(
    { requestId, kind: route.kind, name: route.name, session: envelope.id, why, ms },
    'a session was relocated to another replica',
  );
  return { location, endpoint };
}
