import { adapterRef, type Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError, type ErrorCode } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import type { SessionEnvelope } from '@mcp-gateway/sessions';
import type { SessionPlace } from '../sessions/place.js';
import { createHerd } from './herd.js';
import { moveSession, type MoveParts } from './move.js';

/** A session that cannot stay where it is. */
export interface Displaced {
  envelope: SessionEnvelope;
  /** The name of its adapter: today's route may differ from the one that the request came by. */
  adapter: string;
  /** For whom it is moved. */
  principal: Principal;
  /** Where it was seen last. */
  from: SessionPlace;
  /** gone: nobody answers there. unknown: the server does not know it. draining: its replica is about to end. */
  why: 'gone' | 'unknown' | 'draining';
  /** Of the request that noticed, as the server would see them. */
  headers: readonly string[];
  /** As that request names it, for when the record does not say. */
  protocolVersion: string | undefined;
}

export interface Settled {
  place: SessionPlace;
  endpoint: Endpoint;
}

export interface Recovery {
  /**
   * Begins the session anew on another replica, unless somebody else does or has done so, and tells where it lives then.
   * @throws GatewayError SESSION_NOT_FOUND when it cannot be kept; ADAPTER_NOT_FOUND when the caller may not use the adapter
   *   any more; NO_READY_REPLICA, UNAVAILABLE when it may be later
   */
  recover(session: Displaced): Promise<Settled>;
  /** How many wait because so many are being moved. */
  waiting(): number;
}

/**
 * What became of a session that could not or should not stay: it lives somewhere again, whoever has moved it; it stays for now
 * on a replica that drains; or why it has nowhere to live.
 */
export type MoveOutcome = 'settled' | 'stayed' | ErrorCode;

export interface RecoveryParts extends MoveParts {
  onOutcome?: ((why: Displaced['why'], outcome: MoveOutcome) => void) | undefined;
}

/** Sessions that one data plane moves at once. */
const AT_ONCE = 32;
const MAX_WAITING = 10_000;

/** At most one move of a session at a time here; move.ts sees to it that there is one in all. */
export function createRecovery({ onOutcome = () => {}, ...parts }: RecoveryParts): Recovery {
  const underWay = new Map<string, { why: Displaced['why']; moving: Promise<Settled> }>();
  const herd = createHerd({ atOnce: AT_ONCE, waiting: MAX_WAITING });
  function recover(session: Displaced): Promise<Settled> {
    const { id } = session.envelope;
    const known = underWay.get(id);
    // A move for a drain gives up early, as the session may stay then. One that has lost its replica may not.
    if (known?.why === 'draining' && session.why !== 'draining') return known.moving.catch(() => recover(session));
    // It was begun by another request of the caller, whose roles may have been others.
    if (known) {
      return known.moving.catch((error: unknown) => {
        if (isDenied(error)) return recover(session);
        throw error;
      });
    }
    const moving = moveSession(parts, herd, session)
      .catch((error: unknown) => endLost(parts, session, error))
      .finally(() => underWay.delete(id));
    underWay.set(id, { why: session.why, moving });
    moving.then(
      () => onOutcome(session.why, 'settled'),
      (error: unknown) => onOutcome(session.why, outcomeOf(session.why, error)),
    );
    return moving;
  }
  return { recover, waiting: herd.waiting };
}

const isDenied = (error: unknown) => error instanceof GatewayError && error.code === 'ADAPTER_NOT_FOUND';

function outcomeOf(why: Displaced['why'], error: unknown): MoveOutcome {
  if (why === 'draining') return 'stayed';
  return error instanceof GatewayError ? error.code : 'INTERNAL';
}

/**
 * A session that cannot be begun anew is answered 404, upon which its client starts over: it ends, so that its place is free by
 * then, and so that it is gone for good. One whose replica only drains lives on there.
 */
async function endLost({ routes, sessions }: MoveParts, session: Displaced, error: unknown): Promise<never> {
  const { envelope, adapter, why } = session;
  const isLost = error instanceof GatewayError && error.code === 'SESSION_NOT_FOUND' && why !== 'draining';
  const route = routes.get(adapterRef(adapter));
  if (isLost && route?.adapterId === envelope.adapterId) {
    await sessions.end(envelope, route, { tellServer: why !== 'unknown' }).catch(() => {});
  }
  throw error;
}
