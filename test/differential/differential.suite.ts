import { it } from '@jest/globals';
import { expectNoDifference } from './differ.js';

const RUN_MS = 300_000;

it.each([2, 3, 4, 5, 6])(
  'changes nothing in 1,000 generated exchanges but what is intended (seed %d)',
  (seed) => expectNoDifference({ runs: 1_000, seed }),
  RUN_MS,
);
