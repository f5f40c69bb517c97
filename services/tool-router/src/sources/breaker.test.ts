import { expect, it } from '@jest/globals';
import { admit, afterCall, CLOSED, type BreakerState } from './breaker.js';

const open = (until: number, openings = 1): BreakerState => ({ kind: 'open', until, openings });
const trying = (openings: number): BreakerState => ({ kind: 'trying', openings });

it.each<[what: string, state: BreakerState, now: number, expected: ReturnType<typeof admit>]>([
  [
    'admits all calls while it is closed',
    { kind: 'closed', failures: 4 },
    0,
    { state: { kind: 'closed', failures: 4 } },
  ],
  ['refuses calls while it is open', open(1_000), 400, { waitMs: 600 }],
  ['admits one call after the pause', open(1_000), 1_000, { state: trying(1) }],
  ['refuses the others while that one tries', trying(1), 5_000, { waitMs: 1_000 }],
])('%s', (_what, state, now, expected) => expect(admit(state, now)).toEqual(expected));

it.each<[what: string, state: BreakerState, outcome: 'answered' | 'failed', expected: BreakerState]>([
  ['counts failures', { kind: 'closed', failures: 3 }, 'failed', { kind: 'closed', failures: 4 }],
  ['an answer begins the count anew', { kind: 'closed', failures: 4 }, 'answered', CLOSED],
  ['the fifth failure in a row opens it for a second', { kind: 'closed', failures: 4 }, 'failed', open(1_000)],
  ['calls that began before do not prolong the pause', open(700), 'failed', open(700)],
  ['a failed trial doubles the pause', trying(2), 'failed', open(4_000, 3)],
  ['the pause ends at 30 seconds', trying(20), 'failed', open(30_000, 21)],
  ['a trial that is answered closes it', trying(2), 'answered', CLOSED],
])('%s', (_what, state, outcome, expected) => expect(afterCall(state, outcome, 0)).toEqual(expected));
