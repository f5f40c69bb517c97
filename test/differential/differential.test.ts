import { it } from '@jest/globals';
import { expectNoDifference } from './differ.js';

it('makes no other difference to 300 generated requests than is intended', async () => {
  await expectNoDifference({ runs: 300, seed: 1 });
});
