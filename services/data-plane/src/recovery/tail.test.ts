import { describe, expect, it } from '@jest/globals';
import { longTail, shortTail, type Tail } from './tail.js';

const added = (tail: Tail, ...texts: string[]) => {
  for (const text of texts) tail.add(Buffer.from(text));
  return tail.text();
};

describe('the end of a stream', () => {
  it.each([
    ['all of a short one', [], ''],
    ['all of a short one', ['ab', 'cd'], 'abcd'],
    ['what is asked for, in whole chunks', ['abcd', 'efgh', 'ijkl', 'mn'], 'efghijklmn'],
    ['a chunk that is longer', ['abcd', 'x'.repeat(50)], 'x'.repeat(50)],
  ])('is %s: %#', (_what, texts, text) => {
    expect(added(longTail(8), ...texts)).toBe(text);
  });

  it('is no more than that of an endless one', () => {
    const tail = longTail(1_000);
    for (let i = 0; i < 10_000; i++) tail.add(Buffer.alloc(100, 'x'));
    expect(tail.text().length).toBeLessThanOrEqual(1_100);
  });

  it.each([
    [['data: a\r\n', '\r\n'], 'data: a\r\n\r\n'],
    [['x'.repeat(100), '\n', '\n'], `${'x'.repeat(14)}\n\n`],
    [['a'.repeat(15), 'b'.repeat(15)], `a${'b'.repeat(15)}`],
  ])('may be its last characters only: %#', (texts, text) => {
    expect(added(shortTail(), ...texts)).toBe(text);
  });

  it('keeps nothing of the chunks that it came in', () => {
    const chunk = Buffer.from('0123456789');
    const tail = shortTail();
    tail.add(chunk);
    chunk.fill('x');
    expect(tail.text()).toBe('0123456789');
  });
});
