import { describe, expect, it } from '@jest/globals';
import { tailBuffer, type TailBuffer } from './tail-buffer.js';

const added = (tail: TailBuffer, ...texts: string[]) => {
  for (const text of texts) tail.add(Buffer.from(text));
  return Buffer.concat(tail.take()).toString();
};

describe('the tail buffer', () => {
  it.each([
    ['all of a short one', [], ''],
    ['all of a short one', ['ab', 'cd'], 'abcd'],
    ['the requested length, in whole chunks', ['abcd', 'efgh', 'ijkl', 'mn'], 'efghijklmn'],
    ['a chunk that is longer', ['abcd', 'x'.repeat(50)], 'x'.repeat(50)],
  ])('keeps %s: %#', (_what, texts, text) => {
    expect(added(tailBuffer(8), ...texts)).toBe(text);
  });

  it('keeps a bounded tail of an endless stream', () => {
    const tail = tailBuffer(1_000);
    for (let i = 0; i < 10_000; i++) tail.add(Buffer.alloc(100, 'x'));
    expect(Buffer.concat(tail.take()).length).toBeLessThanOrEqual(1_100);
  });

  it.each([1, 16, 64, 255, 1_024])('holds few chunks, however small they arrive: %d bytes each', (length) => {
    const gone: Buffer[] = [];
    const tail = tailBuffer(64 * 1024, (chunk) => void gone.push(chunk));
    const text = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
    for (let at = 0; at < text.length; at += length) tail.add(text.subarray(at, at + length));
    const kept = tail.take();
    expect(kept.length).toBeLessThan(600);
    expect(Buffer.concat(kept).length).toBeLessThan(2 * 64 * 1024);
    expect(Buffer.concat([...gone, ...kept]).equals(text)).toBe(true);
  });

  it('returns the tail, and passes older chunks on in order', () => {
    const gone: string[] = [];
    const tail = tailBuffer(8, (chunk) => void gone.push(chunk.toString()));
    expect(added(tail, 'abcd', 'efgh', 'ijkl', 'mn')).toBe('efghijklmn');
    expect(added(tail, 'op')).toBe('op');
    expect(gone.join('')).toBe('abcd');
  });
});
