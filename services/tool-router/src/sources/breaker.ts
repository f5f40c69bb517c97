/** Whether calls reach a server: after several failures in a row they fail at once for a while, and then one call tries again. */
export type BreakerState =
  | { kind: 'closed'; failures: number }
  | { kind: 'open'; until: number; openings: number }
  /** One call tries whether the server serves again. */
  | { kind: 'trying'; openings: number };

export const CLOSED: BreakerState = { kind: 'closed', failures: 0 };

const FAILURES = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** The state in which a call may begin, or for how many milliseconds it may not. */
export function admit(state: BreakerState, now: number): { state: BreakerState } | { waitMs: number } {
  switch (state.kind) {
    case 'closed':
      return { state };
    case 'open':
      return now < state.until
        ? { waitMs: state.until - now }
        : { state: { kind: 'trying', openings: state.openings } };
    case 'trying':
      return { waitMs: FIRST_PAUSE_MS };
  }
}

/** The state after a call that the server has answered, or that has failed for a reason that lies with the server. */
export function afterCall(state: BreakerState, outcome: 'answered' | 'failed', now: number): BreakerState {
  if (outcome === 'answered') return CLOSED;
  if (state.kind === 'open') return state; // a call that began before
  if (state.kind === 'closed' && state.failures + 1 < FAILURES) return { kind: 'closed', failures: state.failures + 1 };
  const openings = state.kind === 'trying' ? state.openings + 1 : 1;
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (openings - 1));
  return { kind: 'open', until: now + pause, openings };
}
