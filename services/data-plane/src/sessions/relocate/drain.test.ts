import { describe, expect, it } from '@jest/globals';
import { drainJitterMs, relocationTime } from './drain.js';

const NOW = Date.parse('2026-11-20T08:00:00.000Z');
const endpoint = { id: 'a', url: 'http://127.0.0.1:1', path: '/mcp', ready: false };
const ending = (seconds: number) => ({
  ...endpoint,
  draining: true,
  drainUntil: new Date(NOW + seconds * 1000).toISOString(),
});

describe('a session leaves its endpoint', () => {
  it.each([
    ['never while the endpoint does not drain', endpoint, 'never'],
    ['when no call is under way, if the endpoint drains', ending(10), 'when idle'],
    ['at the last moment, whatever is under way', ending(1), 'now'],
    ['after the last moment', ending(-5), 'now'],
    ['when no call is under way, if the last moment is unknown', { ...endpoint, draining: true }, 'when idle'],
  ])('%s', (_when, at, when) => {
    expect(relocationTime(at, NOW)).toBe(when);
  });

  it.each([
    ['in the first half of the remaining time', ending(8), 4_000],
    ['at once when no time remains', ending(-3), 0],
    ['within five seconds when the time is unknown', { ...endpoint, draining: true }, 5_000],
  ])('%s', (_when, at, ms) => {
    expect(drainJitterMs(at, NOW)).toBe(ms);
  });
});
