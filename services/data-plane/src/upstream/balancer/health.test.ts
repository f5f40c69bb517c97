import { describe, expect, it } from '@jest/globals';
import { ejected, type Health, HEALTHY, recordFailure, recordSuccess } from './health.js';

const NOW = 1_000_000;
const out = (ejections: number, until: number): Health => ({ failures: 3, ejections, ejectedUntil: until });

describe('an endpoint', () => {
  it.each([
    ['is not ejected after one failure', HEALTHY, { failures: 1, ejections: 0, ejectedUntil: 0 }],
    ['is not ejected after two failures', { ...HEALTHY, failures: 1 }, { failures: 2, ejections: 0, ejectedUntil: 0 }],
    ['is ejected after three', { ...HEALTHY, failures: 2 }, out(1, NOW + 2_000)],
    ['is ejected for longer when it is back and fails again', out(1, NOW), { ...out(2, NOW + 4_000), failures: 4 }],
    ['is ejected for a minute at most', out(20, NOW - 1), { ...out(21, NOW + 60_000), failures: 4 }],
    ['is not ejected again by the failure of an earlier request', out(1, NOW + 1), { ...out(1, NOW + 1), failures: 4 }],
  ])('%s', (_what, before, after) => {
    expect(recordFailure(before, NOW)).toEqual(after);
  });

  it.each([
    ['is healthy after an answer', { ...HEALTHY, failures: 2 }, HEALTHY],
    ['is healthy after an answer to the first request after its ejection', out(3, NOW), HEALTHY],
    ['stays ejected after an answer to an earlier request', out(3, NOW + 1), out(3, NOW + 1)],
  ])('%s', (_what, before, after) => {
    expect(recordSuccess(before, NOW)).toEqual(after);
  });
});

describe('the endpoints of an adapter', () => {
  const all = (...untils: number[]) =>
    new Map(untils.map((until, at) => [String(at), { ...HEALTHY, ejectedUntil: until }] as const));

  it.each([
    ['none is out when all are well', all(0, 0, 0), []],
    ['the only one is never out', all(NOW + 1), []],
    ['one of two is out', all(NOW + 1, 0), ['0']],
    ['one of two is out when both fail: the one that failed last', all(NOW + 1, NOW + 2), ['1']],
    ['one of three is out', all(NOW + 3, NOW + 2, NOW + 1), ['0']],
    ['half of four are out when all fail', all(NOW + 1, NOW + 2, NOW + 3, NOW + 4), ['3', '2']],
    ['an ejection ends with its time', all(NOW, NOW + 1, NOW - 1, 0), ['1']],
  ])('%s', (_what, health, ids) => {
    expect([...ejected(health, NOW)]).toEqual(ids);
  });
});
