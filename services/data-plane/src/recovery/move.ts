import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { adapterRef, type Endpoint, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError, type ErrorCode } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import { canRead } from '@mcp-gateway/common/principal';
import type { RouteTable } from '@mcp-gateway/routing';
import type { FoundSession } from '@mcp-gateway/sessions';
import type { Balancer } from '../balance/balancer.js';
import { noReadyReplica } from '../none-ready.js';
import type { SessionStore } from '../sessions/store.js';
import type { Upstreams } from '../upstreams.js';
import { sayFarewell } from './farewell.js';
import type { Herd } from './herd.js';
import { countMove } from './judge.js';
import { awayFromRedis, cannotBeMoved, look, type Moving } from './look.js';
import type { Displaced, Settled } from './recover.js';
import { replay } from './replay.js';

export interface MoveParts {
  routes: RouteTable;
  sessions: SessionStore;
  upstreams: Upstreams;
  balancer: Balancer;
  log: Logger;
  /** How long all attempts together may take, in milliseconds. */
  withinMs?: number | undefined;
}

/** Less than clients wait for an answer. */
const WITHIN_MS = 15_000;
/** Attempts that fail because the chosen replica does not answer. */
const MAX_ATTEMPTS = 4;
/** Longer than a replay usually takes. Should one take longer, two may be under way, of which one succeeds. */
const CLAIM_MS = 5_000;
const LOOK_AGAIN_MS = 50;
/** What another replica would not change. */
const FINAL = new Set<ErrorCode>(['SESSION_NOT_FOUND', 'ADAPTER_NOT_FOUND', 'NO_READY_REPLICA', 'UNAVAILABLE']);

/** See `Recovery.recover`. `herd` bounds how many sessions are begun anew at once. */
export async function moveSession(parts: MoveParts, herd: Herd, session: Displaced): Promise<Settled> {
  const { from, why } = session;
  const { withinMs = WITHIN_MS } = parts;
  // The process that does not know the session may be one that has just begun on the address of the one that did.
  const gone = new Set(why === 'unknown' ? [] : [from.endpointId]);
  const moving: Moving = { session, seenMoves: from.moves, gone, failed: new Set() };
  const deadline = Date.now() + withinMs;
  let failures = 0;

  while (Date.now() < deadline) {
    const seen = await look(parts, moving);
    if ('settled' in seen) return seen.settled;
    const target = await readyEndpoint(parts, moving, deadline); // not in the herd: it may take long
    try {
      const settled = await herd(() => claimAndMove(parts, moving, target));
      if (settled) return settled;
      await delay(LOOK_AGAIN_MS);
    } catch (error) {
      failures += 1;
      if (error instanceof GatewayError && FINAL.has(error.code)) throw error;
      if (failures >= MAX_ATTEMPTS) throw cannotBeMoved(error);
      moving.failed.add(target.endpoint.id);
    }
  }
  throw cannotBeMoved(new Error(`not moved within ${withinMs} ms`));
}

interface MoveTarget {
  route: Route;
  endpoint: Endpoint;
}

/** Waits for one, as a replica that crashed is often back within seconds. */
async function readyEndpoint({ routes, balancer }: MoveParts, moving: Moving, deadline: number): Promise<MoveTarget> {
  const { why } = moving.session;
  for (;;) {
    const route = routeOf(routes, moving.session);
    const endpoint = balancer.forSession(route, {
      avoid: new Set([...moving.gone, ...moving.failed]),
      updated: why === 'draining',
      ready: why === 'draining',
    });
    if (endpoint) return { route, endpoint };
    // A replica that is about to end, and is the only one, keeps its sessions as long as it can.
    const isOver = why === 'draining' || route.phase === 'Stopped' || Date.now() > deadline;
    if (isOver) throw noReadyReplica(route);
    moving.failed.clear(); // rather one that failed a moment ago than none
    await delay(LOOK_AGAIN_MS);
  }
}

/** Today's route, as long as it is one for the session and its caller. Nothing is begun in the name of a caller who may not. */
function routeOf(routes: RouteTable, { adapter, envelope, principal }: Displaced): Route {
  const route = routes.get(adapterRef(adapter));
  if (!route || !canRead(principal, route)) throw new GatewayError('ADAPTER_NOT_FOUND');
  if (route.adapterId !== envelope.adapterId) throw new GatewayError('SESSION_NOT_FOUND');
  return route;
}

/** Null when somebody else is at it, or was faster. */
async function claimAndMove(parts: MoveParts, moving: Moving, target: MoveTarget): Promise<Settled | null> {
  const { records } = parts.sessions;
  const { envelope } = moving.session;
  const holder = randomUUID();
  const claimed = await records.claim(envelope, holder, CLAIM_MS).catch(awayFromRedis);
  if (!claimed) return null;
  try {
    return await moveTo(parts, moving, target, claimed);
  } finally {
    void records.release(envelope, holder).catch(() => {}); // it ends by itself
  }
}

async function moveTo(
  parts: MoveParts,
  moving: Moving,
  { route, endpoint }: MoveTarget,
  claimed: FoundSession,
): Promise<Settled | null> {
  const { sessions, upstreams, log } = parts;
  const { envelope, headers, why, protocolVersion } = moving.session;
  const began = performance.now();
  const seen = await look(parts, moving, claimed); // again: it may have waited in line
  if ('settled' in seen) return seen.settled;
  const record = { ...seen.record, protocolVersion: seen.record.protocolVersion ?? protocolVersion ?? null };

  routeOf(parts.routes, moving.session); // again: it may have waited in line
  const upstreamId = await replay(upstreams, { endpoint, record, headers });
  const to = { endpointId: endpoint.id, upstreamId, ...countMove(record, Math.floor(Date.now() / 1000)) };
  const unneeded = () => void sayFarewell(upstreams, endpoint, { ...record, upstreamId });
  const moved = await sessions.records.move(envelope, route, record.moves, to).catch((cause: unknown) => {
    unneeded(); // should Redis have moved it all the same, the session is found to be unknown there, and moved again
    return awayFromRedis(cause);
  });
  if (!moved) {
    unneeded();
    return null;
  }
  const place = { endpointId: endpoint.id, upstreamId, moves: record.moves + 1, closed: false };
  sessions.moved(envelope, route.name, place);
  const ms = Math.round(performance.now() - began);
  log.info({ adapter: route.name, session: envelope.id, why, ms }, 'a session was moved to another replica');
  return { place, endpoint };
}
