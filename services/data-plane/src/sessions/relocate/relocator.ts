import { type ErrorCode, GatewayError, RESOURCE_NOT_FOUND } from '@mcp-gateway/common/errors';
import { createConcurrencyLimiter } from '../concurrency-limiter.js';
import { relocateSession } from './relocate-session.js';
import type { Placement, Relocation, RelocationParts } from './relocation.js';

export interface Relocator {
  /**
   * Replays the session on another replica, unless another data plane does or has done so, and returns its placement.
   * @throws GatewayError SESSION_NOT_FOUND when the session is lost; ADAPTER_NOT_FOUND or TOOLSET_NOT_FOUND when the
   *   caller may no longer use it; NO_READY_REPLICA, UNAVAILABLE when a later attempt may succeed
   */
  relocate(session: Relocation): Promise<Placement>;
  /** The number of relocations in the queue. */
  waiting(): number;
}

/**
 * The outcome of a relocation: the session has a placement, from whichever data plane; it stays for now on a draining
 * replica; or the error for which it has none.
 */
export type RelocationOutcome = 'relocated' | 'stayed' | ErrorCode;

export interface RelocatorParts extends RelocationParts {
  onOutcome?: ((why: Relocation['why'], outcome: RelocationOutcome) => void) | undefined;
}

/** Maximum of concurrent relocations in one data plane. */
const AT_ONCE = 32;
const MAX_WAITING = 10_000;

/**
 * At most one relocation of a session at a time in this process; relocate-session.ts ensures one among all data planes.
 */
export function createRelocator({ onOutcome = () => {}, ...parts }: RelocatorParts): Relocator {
  const inProgress = new Map<string, { why: Relocation['why']; relocating: Promise<Placement> }>();
  const limiter = createConcurrencyLimiter({ atOnce: AT_ONCE, waiting: MAX_WAITING });
  function relocate(session: Relocation): Promise<Placement> {
    const { id } = session.envelope;
    const known = inProgress.get(id);
    // A relocation for a drain gives up early, because the session may stay. A session that has lost its replica may
    // not stay.
    if (known?.why === 'draining' && session.why !== 'draining') return known.relocating.catch(() => relocate(session));
    // Another request of the caller began it, and the caller's roles may have differed then.
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

const isDenied = (error: unknown) => error instanceof GatewayError && RESOURCE_NOT_FOUND.has(error.code);

function outcomeOf(why: Relocation['why'], error: unknown): RelocationOutcome {
  if (why === 'draining') return 'stayed';
  return error instanceof GatewayError ? error.code : 'INTERNAL';
}

/**
 * Ends a session that cannot be replayed. Its client gets 404 and starts over, so the session must no longer count by
 * then. A session whose replica only drains continues there.
 */
async function endUnrecoverable(
  { routes, sessions }: RelocationParts,
  session: Relocation,
  error: unknown,
): Promise<never> {
  const { envelope, resource, why } = session;
  const isLost = error instanceof GatewayError && error.code === 'SESSION_NOT_FOUND' && why !== 'draining';
  const route = routes.get(resource);
  if (isLost && route?.resourceId === envelope.resourceId) {
    await sessions.end(envelope, route, { tellServer: why !== 'unknown' }).catch(() => {});
  }
  throw error;
}
