import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { capture } from './buffer-body.js';

const KIB = 1024;

describe('capture', () => {
  it('returns the bytes that have passed so far', async () => {
    const source = new PassThrough();
    const { body, text } = capture(source);
    expect(text()).toBe('');
    source.write('{"a":');
    expect(String((await body.iterator({ destroyOnReturn: false }).next()).value)).toBe('{"a":');
    expect(text()).toBe('{"a":');
    source.end('1}');
    await buffer(body);
    expect(text()).toBe('{"a":1}');
  });

  it('joins a character that arrives in two chunks', async () => {
    const bytes = Buffer.from('é');
    const { body, text } = capture(Readable.from([bytes.subarray(0, 1), bytes.subarray(1)]));
    await buffer(body);
    expect(text()).toBe('é');
  });

  it('keeps a body up to the limit, and nothing of a larger body', async () => {
    for (const [size, kept] of [
      [64 * KIB, 64 * KIB],
      [64 * KIB + 1, undefined],
    ] as const) {
      const source = Readable.from([Buffer.alloc(size - 1, 'x'), Buffer.from('y')]);
      const { body, text } = capture(source);
      expect(await buffer(body)).toHaveLength(size);
      expect(text()?.length).toBe(kept);
    }
  });

  it('fails when its source fails', async () => {
    const source = new PassThrough();
    const { body } = capture(source);
    const read = buffer(body);
    source.destroy(new Error('cut'));
    await expect(read).rejects.toThrow('cut');
  });
});
