import { expect, it } from '@jest/globals';
import { desiredReplicas } from './runtime.js';

it.each([
  // asked for, autoscaled, there, wanted
  [2, false, 5, 2],
  [2, true, 5, 5],
  [2, true, 1, 1],
  [2, true, 0, 2],
  [0, true, 5, 0],
  [0, false, 5, 0],
])('with %i in the spec (autoscaled: %s) and %i in the cluster, %i are desired', (asked, autoscaled, there, wanted) => {
  expect(desiredReplicas(asked, { autoscaled, desiredReplicas: there })).toBe(wanted);
});
