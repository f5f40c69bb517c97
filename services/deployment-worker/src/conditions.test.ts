import { describe, expect, it } from '@jest/globals';
import type { Condition } from '@mcp-gateway/common/contracts';
import { ABSENT, type Observation } from '@mcp-gateway/runtime';
import { replicaOf, rowOf, T0, T1 } from '../test/fixtures.js';
import { nameInUse, runtimeUnavailable } from './conditions.js';

const ending = (instance: number, message: string | null = null) =>
  replicaOf(rowOf(), instance, { state: 'Stopping', endpoint: null, message });
const failure = { reason: 'PermissionMissing', message: 'worker may not delete statefulsets.apps.' };
const of = (conditions: Condition[]) => ({ kind: 'adapter' as const, conditions });
const BEGINNING = 'The workload of an earlier adapter of this name is still being removed.';

describe('the conditions of an adapter whose name is still in use', () => {
  it.each<[what: string, seen: Partial<Observation>, why: string]>([
    ['the refusal', { failure, replicas: [ending(0, 'waits')] }, ' worker may not delete statefulsets.apps.'],
    ['the replica that waits', { replicas: [ending(0), ending(1, 'It waits.')] }, ' echo-1: It waits.'],
    ['a replica that stops', { replicas: [ending(0)] }, ' echo-0: it is stopping.'],
    ['no replica when none is left', {}, ''],
  ])('name %s', (_what, seen, why) => {
    const [ready, ...others] = nameInUse(of([]), { ...ABSENT, ...seen }, T1);
    expect(others).toEqual([]);
    expect(ready).toMatchObject({ type: 'Ready', status: 'False', reason: 'NameInUse', message: `${BEGINNING}${why}` });
  });

  it('keep the time of the first transition', () => {
    const first = nameInUse(of([]), ABSENT, T0);
    expect(nameInUse(of(first), ABSENT, T1)).toEqual(first);
    expect(nameInUse(of([]), ABSENT, T1)[0]?.lastTransitionTime).toBe(T1.toISOString());
  });
});

const condition = (type: Condition['type'], status: Condition['status']): Condition => ({
  type,
  status,
  reason: 'AllReplicasReady',
  message: '2 of 2 replicas ready.',
  lastTransitionTime: T0.toISOString(),
});

describe('the conditions while the runtime does not answer', () => {
  it('replace Ready by Unknown and keep the others', () => {
    const health = condition('HealthCheck', 'True');
    expect(runtimeUnavailable([condition('Ready', 'True'), health], 'the cluster is on fire', T1)).toEqual([
      {
        type: 'Ready',
        status: 'Unknown',
        reason: 'RuntimeUnavailable',
        message:
          'The runtime does not answer: the cluster is on fire. The worker tries again; replicas that run keep running.',
        lastTransitionTime: T1.toISOString(),
      },
      health,
    ]);
  });

  it('keep the time at which Ready became Unknown', () => {
    const [ready] = runtimeUnavailable([condition('Ready', 'Unknown')], 'it is down', T1);
    expect(ready?.lastTransitionTime).toBe(T0.toISOString());
  });

  it('have Ready also when no condition was known', () => {
    expect(runtimeUnavailable([], 'it is down', T1)).toHaveLength(1);
  });
});
