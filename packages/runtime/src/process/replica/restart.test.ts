import { describe, expect, it } from '@jest/globals';
import { countCrash, restartDelay } from './restart.js';

const MINUTE = 60_000;

describe('the pause before a restart', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 1_000],
    [3, 2_000],
    [4, 4_000],
    [9, 128_000],
    [10, 256_000],
    [11, 300_000],
    [12, 300_000],
    [5_000, 300_000],
  ])('after %i crashes in a row is %i ms', (crashes, ms) => {
    expect(restartDelay(crashes)).toBe(ms);
  });
});

describe('a crash', () => {
  it.each([
    ['the first', 0, 0, 1],
    ['one more', 3, 5_000, 4],
    ['a crash after nearly ten minutes', 3, 10 * MINUTE - 1, 4],
    ['a crash after ten minutes, which resets the count', 3, 10 * MINUTE, 1],
    ['a crash after a day', 9, 1_440 * MINUTE, 1],
  ])('%s', (_which, before, uptime, count) => {
    expect(countCrash(before, uptime)).toBe(count);
  });
});
