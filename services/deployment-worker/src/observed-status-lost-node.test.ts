import { describe, expect, it } from '@jest/globals';
import type { Condition } from '@mcp-gateway/common/contracts';
import type { ObservedReplica } from '@mcp-gateway/runtime';
import { replicaOf, rowOf, seenOf, T0, T1 } from '../test/fixtures.js';
import { desiredAdapter } from './kinds.js';
import { observedStatus } from './observed-status.js';

const row = rowOf({ replicaCount: 2 });
const ready = (instance: number) => replicaOf(row, instance);
const starting = (instance: number) => replicaOf(row, instance, { state: 'Starting' });
const lost = (instance: number, more: Partial<ObservedReplica> = {}) =>
  replicaOf(row, instance, { state: 'NotReady', message: 'Its node a does not answer.', nodeLost: true, ...more });
const crashing = (instance: number) =>
  replicaOf(row, instance, { state: 'BackOff', restartCount: 4, message: 'It ended with exit code 7.' });
const seen = (...replicas: ObservedReplica[]) => seenOf(row, { replicas });
const text = (condition: Condition | undefined) => `${condition?.status} ${condition?.reason}: ${condition?.message}`;

const QUOTA = { reason: 'QuotaExceeded', message: 'The quota does not allow it.' };

describe('where the node of a replica does not answer', () => {
  it.each([
    {
      what: 'its replica is what the rollout waits for',
      now: seen(ready(0), lost(1)),
      expected:
        'False NodeLost: 2 of 2 replicas have the current spec, 1 of them ready. echo-1: Its node a does not answer.',
    },
    {
      what: 'a replica that keeps ending elsewhere comes first',
      now: seen(crashing(0), lost(1)),
      expected:
        'False Blocked: 2 of 2 replicas have the current spec, 0 of them ready. echo-0: It ended with exit code 7. ' +
        'Correct the spec with PUT. Replicas that serve keep serving.',
    },
    {
      what: 'so does what the cluster refuses',
      now: { ...seen(starting(0), lost(1, { revision: 'old' })), failure: QUOTA },
      expected:
        'False Blocked: 1 of 2 replicas have the current spec, 0 of them ready. The quota does not allow it. ' +
        'Replicas that serve keep serving.',
    },
  ])('$what', ({ now, expected }) => {
    const { phase, conditions, replicas } = observedStatus(desiredAdapter(row), now, T1);
    expect(text(conditions[1])).toBe(expected);
    expect(phase).toBe(now.replicas.some(({ state }) => state === 'Ready') ? 'Degraded' : 'Failed');
    expect(replicas[1]).not.toHaveProperty('nodeLost');
  });

  it('says of the replicas which node it is', () => {
    const { conditions } = observedStatus(desiredAdapter(row), seen(ready(0), lost(1)), T1);
    expect(text(conditions[0])).toBe(
      'False ReplicasNotReady: 1 of 2 replicas ready. echo-1: Its node a does not answer.',
    );
  });

  it('the health check keeps what the replicas of the same spec have answered before', () => {
    const { conditions } = observedStatus(desiredAdapter(row), seenOf(row), T0);
    const now = seen(lost(0), lost(1));
    expect(observedStatus(desiredAdapter({ ...row, conditions }), now, T1).conditions[2]).toEqual(conditions[2]);
    expect(observedStatus(desiredAdapter(row), now, T1).conditions[2]).toMatchObject({ reason: 'NotPassedYet' });
  });

  it('the health check of a new spec has not passed, though an earlier one had', () => {
    const { conditions } = observedStatus(desiredAdapter(row), seenOf(row), T0);
    const now = seen(lost(0, { revision: 'old' }), starting(0));
    expect(observedStatus(desiredAdapter({ ...row, conditions }), now, T1).conditions[2]).toMatchObject({
      reason: 'NotPassedYet',
    });
  });
});
