import { describe, expect, it } from '@jest/globals';
import { drainSpread, movesNow } from './drain.js';

const NOW = Date.parse('2026-11-20T08:00:00.000Z');
const endpoint = { id: 'a', url: 'http://127.0.0.1:1', ready: false };
const ending = (seconds: number) => ({
  ...endpoint,
  draining: true,
  drainUntil: new Date(NOW + seconds * 1000).toISOString(),
});

describe('a session moves off its endpoint', () => {
  it.each([
    ['not while that stays', endpoint, 0, false],
    ['when that is about to end and nothing is under way', ending(10), 0, true],
    ['not while a call is under way', ending(10), 1, false],
    ['at the last moment, whatever is under way', ending(1), 5, true],
    ['when the last moment is over', ending(-5), 5, true],
    ['not when nobody knows when the last moment is', { ...endpoint, draining: true }, 1, false],
  ])('%s', (_when, at, calls, moves) => {
    expect(movesNow(at, calls, NOW)).toBe(moves);
  });

  it.each([
    ['in the first half of the time that is left', ending(8), 4_000],
    ['at once when there is none', ending(-3), 0],
    ['within five seconds when that is not known', { ...endpoint, draining: true }, 5_000],
  ])('%s', (_when, at, ms) => {
    expect(drainSpread(at, NOW)).toBe(ms);
  });
});
