import { describe, expect, it } from '@jest/globals';
import type { Condition } from '@mcp-gateway/common/contracts';
import { T0, T1 } from '../test/fixtures.js';
import { unavailable } from './unavailable.js';

const condition = (type: Condition['type'], status: Condition['status']): Condition => ({
  type,
  status,
  reason: 'AllReplicasReady',
  message: '2 of 2 replicas ready.',
  lastTransitionTime: T0.toISOString(),
});

describe('the conditions while the runtime is away', () => {
  it('say so instead of what was seen of replicas, and keep the others', () => {
    const health = condition('HealthCheck', 'True');
    expect(unavailable([condition('Ready', 'True'), health], 'the cluster is on fire', T1)).toEqual([
      {
        type: 'Ready',
        status: 'Unknown',
        reason: 'RuntimeUnavailable',
        message:
          'Where replicas run, nobody answers: the cluster is on fire. It is tried again; replicas that run go on.',
        lastTransitionTime: T1.toISOString(),
      },
      health,
    ]);
  });

  it('keep the time since which they say so', () => {
    const [ready] = unavailable([condition('Ready', 'Unknown')], 'away', T1);
    expect(ready?.lastTransitionTime).toBe(T0.toISOString());
  });

  it('are there also when nothing was known', () => {
    expect(unavailable([], 'away', T1)).toHaveLength(1);
  });
});
