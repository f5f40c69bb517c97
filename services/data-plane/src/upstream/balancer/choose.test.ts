import { describe, expect, it } from '@jest/globals';
import { powerOfTwoChoices, type Candidate, leastLoaded } from './choose.js';

const candidate = (endpoint: string, load: number, weight = 1): Candidate<string> => ({ endpoint, load, weight });

/** A reproducible sequence of numbers that looks random. */
function numbers(seed = 1): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/** How often each candidate is chosen. */
function chosen(choose: () => string | undefined, times = 4_000): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    const one = choose() ?? 'none';
    counts[one] = (counts[one] ?? 0) + 1;
  }
  return counts;
}

describe('the better of two', () => {
  it.each([
    ['there is none', [], undefined],
    ['none has a share', [candidate('a', 0, 0)], undefined],
    ['there is one', [candidate('a', 9)], 'a'],
    ['one of them has a share', [candidate('a', 0, 0), candidate('b', 9), candidate('c', 0, 0)], 'b'],
    ['there are two: the one with less load', [candidate('a', 2), candidate('b', 1)], 'b'],
  ])('when %s', (_when, candidates, expected) => {
    for (const value of [0, 0.25, 0.5, 0.75, 0.999_999])
      expect(powerOfTwoChoices(candidates, () => value)).toBe(expected);
  });

  it('is never the one with the most load, and sometimes each of the others', () => {
    const candidates = [candidate('a', 1), candidate('b', 2), candidate('c', 3), candidate('d', 4)];
    const random = numbers();
    const counts = chosen(() => powerOfTwoChoices(candidates, random));
    expect(Object.keys(counts).toSorted()).toEqual(['a', 'b', 'c']);
    // Of the six pairs, three contain a, two have b as the better one, and one has c.
    expect(counts['a']).toBeGreaterThan(1_800);
    expect(counts['c']).toBeGreaterThan(500);
  });

  it('is rarely one with a small share', () => {
    const random = numbers();
    const counts = chosen(() =>
      powerOfTwoChoices([candidate('new', 0, 0.1), candidate('b', 5), candidate('c', 5)], random),
    );
    expect(counts['new']).toBeGreaterThan(100);
    expect(counts['new']).toBeLessThan(1_000);
  });

  it.each([
    ['one other', [candidate('new', 0, 0.1), candidate('b', 500)], 400],
    [
      'two others, as it would be in two of three pairs',
      [candidate('new', 0, 0.1), candidate('b', 500), candidate('c', 500)],
      267,
    ],
    ['one that is new as well, but less so', [candidate('new', 0, 0.1), candidate('b', 500, 0.5)], 800],
    ['one that is as new', [candidate('new', 0, 0.1), candidate('b', 500, 0.1)], 4_000],
  ])(
    'is a new endpoint only as often as its small share allows, however low its load, beside %s',
    (_what, all, expected) => {
      const random = numbers();
      const { new: count } = chosen(() => powerOfTwoChoices(all, random));
      expect(count).toBeGreaterThan(expected * 0.8);
      expect(count).toBeLessThan(expected * 1.2);
    },
  );

  it('keeps the loads of many endpoints nearly even', () => {
    const random = numbers();
    const loads = Array.from({ length: 10 }, (_, at) => ({ endpoint: at, load: 0, weight: 1 }));
    for (let i = 0; i < 1_000; i++) {
      const at = powerOfTwoChoices(loads, random) as number;
      (loads[at] as Candidate<number>).load += 1;
    }
    const counts = loads.map(({ load }) => load);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(10);
  });
});

describe('the least loaded', () => {
  it.each([
    ['there is none', [], undefined],
    ['none has a share', [candidate('a', 0, 0)], undefined],
    ['one has the least load', [candidate('a', 2), candidate('b', 1), candidate('c', 3)], 'b'],
    ['one has no load and no share', [candidate('a', 2), candidate('b', 0, 0)], 'a'],
    ['the only one has a small share', [candidate('a', 2, 0.1)], 'a'],
    ['all take as small a share', [candidate('a', 2, 0.1), candidate('b', 1, 0.1)], 'b'],
  ])('when %s', (_when, candidates, expected) => {
    for (const value of [0.2, 0.5, 0.999]) expect(leastLoaded(candidates, () => value)).toBe(expected);
  });

  it('is each of several equal endpoints equally often', () => {
    const random = numbers();
    const counts = chosen(() =>
      leastLoaded(
        ['a', 'b', 'c', 'd'].map((name) => candidate(name, 1)),
        random,
      ),
    );
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(counts[name]).toBeGreaterThan(850);
      expect(counts[name]).toBeLessThan(1_150);
    }
  });

  it('is an endpoint with a small share only as often as the share allows', () => {
    const random = numbers();
    const counts = chosen(() => leastLoaded([candidate('new', 0, 0.1), candidate('b', 5)], random));
    expect(counts['new']).toBeGreaterThan(300);
    expect(counts['new']).toBeLessThan(500);
  });
});
