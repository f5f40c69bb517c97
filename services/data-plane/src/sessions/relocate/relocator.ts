import { type ErrorCode, GatewayError } from '@mcp-gateway/common/errors';
import { createConcurrencyLimiter } from '../concurrency-limiter.js';
import { relocateSession } from './relocate-session.js';
import type { Placement, Relocation, RelocationParts } from './relocation.js';

export interface Relocator {
  /**
   * Begins the session anew on another replica, unless somebody else does or has done so, and tells where it lives then.
   * @throws GatewayError SESSION_NOT_FOUND when it cannot be kept; ADAPTER_NOT_FOUND when the caller may not use the adapter
   *   any more; NO_READY_REPLICA, UNAVAILABLE when it may be later
   */
  relocate(session: Relocation): Promise<Placement>;
  /** How many wait because so many are being moved. */
  waiting(): number;
}

/**
 * What became of a session that could not or should not stay: it lives somewhere again, whoever has moved it; it stays for now
 * on a replica that drains; or why it has nowhere to live.
 */
export type RelocationOutcome = 'relocated' | 'stayed' | ErrorCode;

export interface RelocatorParts extends RelocationParts {
  onOutcome?: ((why: Relocation['why'], outcome: RelocationOutcome) => void) | undefined;
}

/** Sessions that one data plane moves at once. */
const AT_ONCE = 32;
const MAX_WAITING = 10_000;

/** At most one move of a session at a time here; move.ts sees to it that there is one in all. */
export function createRelocator({ onOutcome = () => {}, ...parts }: RelocatorParts): Relocator {
  const inProgress = new Map<string, { why: Relocation['why']; relocating: Promise<Placement> }>();
  const limiter = createConcurrencyLimiter({ atOnce: AT_ONCE, waiting: MAX_WAITING });
  function relocate(session: Relocation): Promise<Placement> {
    const { id } = session.envelope;
    const known = inProgress.get(id);
    // A move for a drain gives up early, as the session may stay then. One that has lost its replica may not.
    if (known?.why === 'draining' && session.why !== 'draining') return known.relocating.catch(() => relocate(session));
    // It was begun by another request of the caller, whose roles may have been others.
    if (known) {
      return known.relocating.catch((error: unknown) => {
        if (isDenied(error)) return relocate(session);
        throw error;
      });
    }
    const relocating = relocateSession(parts, limiter, session)
      .catch((error: unknown) => endUnrecoverable(parts, session, error))
      .finally(() => inProgress.delete(id));
    inProgress.set(id, { why: session.why, relocating });
    relocating.then(
      () => onOutcome(session.why, 'relocated'),
      (error: unknown) => onOutcome(session.why, outcomeOf(session.why, error)),
    );
    return relocating;
  }
  return { relocate, waiting: limiter.waiting };
}

const isDenied = (error: unknown) => error instanceof GatewayError && error.code === 'ADAPTER_NOT_FOUND';

function outcomeOf(why: Relocation['why'], error: unknown): RelocationOutcome {
  if (why === 'draining') return 'stayed';
  return error instanceof GatewayError ? error.code : 'INTERNAL';
}

/**
 * A session that cannot be begun anew is answered 404, upon which its client starts over: it ends, so that its place is free by
 * then, and so that it is gone for good. One whose replica only drains lives on there.
 */
async function endUnrecoverable(
  { routes, sessions }: RelocationParts,
  session: Relocation,
  error: unknown,
): Promise<never> {
  const { envelope, resource, why } = session;
  const isLost = error instanceof GatewayError && error.code === 'SESSION_NOT_FOUND' && why !== 'draining';
  const route = routes.get(resource);
  if (isLost && route?.adapterId === envelope.adapterId) {
    await sessions.end(envelope, route, { tellServer: why !== 'unknown' }).catch(() => {});
  }
  throw error;
}
