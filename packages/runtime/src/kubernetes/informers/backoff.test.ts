import { describe, expect, it } from '@jest/globals';
import { backoff, failuresAfter } from './reflector.js';

describe('a try', () => {
  it.each([
    ['that brought something and ended, is no failure', { broke: false, progress: true }, 0],
    ['that brought something and broke off, is the first', { broke: true, progress: true }, 1],
    ['that brought nothing, is one more', { broke: false, progress: false }, 4],
    ['that broke off at once, is one more', { broke: true, progress: false }, 4],
  ])('%s', (_what, ended, failures) => {
    expect(failuresAfter(3, ended)).toBe(failures);
  });

  it.each([
    [0, 0, 0],
    [1, 100, 200],
    [2, 200, 400],
    [5, 1_600, 3_200],
    [6, 2_500, 5_000],
    [5_000, 2_500, 5_000],
  ])('after %i failures is made in %i to %i ms', (failures, least, most) => {
    expect([backoff(failures, 0), backoff(failures, 1)]).toEqual([least, most]);
  });
});
