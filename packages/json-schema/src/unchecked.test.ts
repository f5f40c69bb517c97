import { describe, expect, it } from '@jest/globals';
import { costOf } from './cost.js';
import { linearPattern, programSize, TooMuchWork } from './patterns.js';
import { uncheckedPart } from './unchecked.js';

describe('what a tool router does not check', () => {
  it.each<[what: string, schema: object, says: RegExp]>([
    ['nothing of a plain schema', { type: 'object', properties: { a: { pattern: '^[a-z]{1,8}$' } } }, /^nothing$/],
    ['a schema that describes too much', { anyOf: Array.from({ length: 2_001 }, () => ({})) }, /describes too much/],
    ['a pattern with look-around', { properties: { a: { pattern: '^(?!x)' } } }, /has the pattern "\^\(\?!x\)"/],
    ['a name with look-around', { patternProperties: { '(?<=a)b': {} } }, /which is not checked/],
    [
      'patterns that take long to compile',
      { anyOf: [{ pattern: `(?:${'a'.repeat(400)}){1000}` }] },
      /describes too much/,
    ],
    [
      'no data that looks like a pattern',
      { const: { pattern: '(?=a)' }, properties: { pattern: { enum: ['(?=a)'] } } },
      /^nothing$/,
    ],
    ['a property called default', { properties: { default: { pattern: '(?=a)' } } }, /which is not checked/],
  ])('is %s', (_what, schema, says) => {
    expect(uncheckedPart({ ...schema }) ?? 'nothing').toMatch(says);
  });
});

describe('the work of a pattern', () => {
  it.each([
    ['abc', 3],
    ['[a-z\\]]{3}', 3],
    ['\\p{L}{10}', 10],
    ['(?:ab){10}', 44],
    ['((a{10}){10}){10}', 1_222],
    ['a{2,}', 2],
    ['{', 1],
    ['[a', 1],
  ])('is estimated: %s', (pattern, size) => {
    const estimate = programSize(pattern);
    expect(estimate).toBeGreaterThanOrEqual(size * 0.8);
    expect(estimate).toBeLessThanOrEqual(size * 2 + 4);
  });

  it('counts towards the weight of a schema', () => {
    expect(costOf({ pattern: 'a{1000}' }).visits).toBeGreaterThan(50);
    expect(costOf({ pattern: 'a{10}' }).visits).toBeLessThan(10);
  });

  it('ends when the patterns of one value take too long together', () => {
    const pattern = linearPattern('(?:a?){1000}a{1000}');
    const work = { done: 0 };
    expect(pattern?.test('a'.repeat(10), work)).toBe(false);
    expect(() => pattern?.test('a'.repeat(20_000), work)).toThrow(TooMuchWork);
    expect(() => pattern?.test('a', work)).toThrow(TooMuchWork);
  });
});
