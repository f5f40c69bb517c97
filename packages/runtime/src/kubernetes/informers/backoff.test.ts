import { describe, expect, it } from '@jest/globals';
import { backoff, countFailures } from './reflector.js';

describe('an attempt', () => {
  it.each([
    ['that made progress and ended is no failure', { broke: false, progress: true }, 0],
    ['that made progress and broke is the first failure', { broke: true, progress: true }, 1],
    ['that made no progress is one more failure', { broke: false, progress: false }, 4],
    ['that broke at once is one more failure', { broke: true, progress: false }, 4],
  ])('%s', (_what, ended, failures) => {
    expect(countFailures(3, ended)).toBe(failures);
  });

  it.each([
    [0, 0, 0],
    [1, 100, 200],
    [2, 200, 400],
    [5, 1_600, 3_200],
    [6, 2_500, 5_000],
    [5_000, 2_500, 5_000],
  ])('after %i failures follows in %i to %i ms', (failures, least, most) => {
    expect([backoff(failures, 0), backoff(failures, 1)]).toEqual([least, most]);
  });
});
