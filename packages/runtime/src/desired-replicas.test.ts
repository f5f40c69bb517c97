import { expect, it } from '@jest/globals';
import { desiredReplicas } from './runtime.js';

it.each([
  // in the spec, autoscaled, in the cluster, desired
  [2, false, 5, 2],
  [2, true, 5, 5],
  [2, true, 1, 1],
  [2, true, 0, 2],
  [0, true, 5, 0],
  [0, false, 5, 0],
])(
  'with %i in the spec (autoscaled: %s) and %i in the cluster, %i are desired',
  (replicas, autoscaled, current, desired) => {
    expect(desiredReplicas(replicas, { autoscaled, desiredReplicas: current })).toBe(desired);
  },
);
