import { it } from '@jest/globals';
import { expectNoDifference } from './differ.js';

it('changes nothing in 300 generated exchanges but what is intended', async () => {
  await expectNoDifference({ runs: 300, seed: 1 });
});
