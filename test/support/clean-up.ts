import { afterEach } from '@jest/globals';

const steps: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of steps.splice(0).toReversed()) await step();
});

/** Runs in reverse order when the test has ended. */
export const afterTest = (step: () => unknown): void => void steps.push(step);
