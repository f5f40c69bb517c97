import { describe, expect, it } from '@jest/globals';
import type { Condition } from '@mcp-gateway/common/contracts';
import type { ObservedReplica } from '@mcp-gateway/runtime';
import { replicaOf, rowOf, seenOf, T0 } from '../test/fixtures.js';
import { desiredAdapter } from './kinds.js';
import { observedStatus } from './observed-status.js';
import { PROGRESS_DEADLINE_MS } from './progress-deadline.js';

const after = (ms: number) => new Date(T0.getTime() + ms);
const LATE = after(PROGRESS_DEADLINE_MS);
const rolling = (reason: string, status: Condition['status'] = 'True'): Condition[] => [
  { type: 'Progressing', status, reason, message: '', lastTransitionTime: T0.toISOString() },
];

/** The phase and the condition of an adapter with two replicas that was changed at T0. */
function statusAt(now: Date, states: Partial<ObservedReplica>[], more: Parameters<typeof rowOf>[1] = {}) {
  const row = rowOf({ replicaCount: 2 }, { observedGeneration: 1, conditions: rolling('RollingOut'), ...more });
  const replicas = states.map((state, instance) => replicaOf(row, instance, { endpoint: null, ...state }));
  const { phase, conditions } = observedStatus(desiredAdapter(row), seenOf(row, { replicas }), now);
  const { status, reason, message } = conditions[1] as Condition;
  return { phase, is: `${status} ${reason}`, message };
}
const STARTING: Partial<ObservedReplica> = { state: 'Starting', message: 'nothing listens on PORT yet' };

describe('a rollout', () => {
  it('of which no replica has become ready fails after ten minutes, and says what to do', () => {
    const seen = [STARTING, STARTING];
    expect(statusAt(after(PROGRESS_DEADLINE_MS - 1), seen)).toMatchObject({
      phase: 'Progressing',
      is: 'True RollingOut',
    });
    const { phase, is, message } = statusAt(LATE, seen);
    expect([phase, is]).toEqual(['Failed', 'False ProgressDeadlineExceeded']);
    expect(message).toBe(
      '2 of 2 replicas have the current spec, 0 of them ready. No replica has become ready for 10 minutes. ' +
        'echo-0: nothing listens on PORT yet. GET /adapters/echo/logs?instance=0 shows what it wrote. ' +
        'Correct the spec with PUT. Replicas that serve keep serving.',
    );
  });

  it('degrades an adapter of which some replicas serve', () => {
    const seen = [{ state: 'Ready' as const }, STARTING];
    expect(statusAt(LATE, seen)).toMatchObject({ phase: 'Degraded', is: 'False ProgressDeadlineExceeded' });
  });

  it.each<[string, Partial<ObservedReplica>[], Parameters<typeof rowOf>[1], string]>([
    [
      'has more time when a replica has become ready',
      [{ state: 'Ready', startedAt: LATE.toISOString() }, STARTING],
      {},
      'True RollingOut',
    ],
    ['has more time after a change of the spec', [STARTING], { updatedAt: LATE }, 'True RollingOut'],
    ['begins anew when a change has not been acted on', [STARTING], { generation: 2 }, 'True RollingOut'],
    ['has time from its beginning', [STARTING], { conditions: rolling('Complete', 'False') }, 'True RollingOut'],
    [
      'stays failed until it ends',
      [STARTING],
      { conditions: rolling('ProgressDeadlineExceeded', 'False'), updatedAt: LATE },
      'False ProgressDeadlineExceeded',
    ],
    [
      'that has ended is complete',
      [{ state: 'Ready' }, { state: 'Ready' }],
      { conditions: rolling('ProgressDeadlineExceeded', 'False') },
      'False Complete',
    ],
  ])('%s', (_what, seen, more, is) => {
    expect(statusAt(LATE, seen, more).is).toBe(is);
  });
});
