import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { bufferBody, bufferShortBody } from './buffer-body.js';

const KIB = 1024;

/** A request that is still being sent, and its body. */
function sending({ length, maxBytes = 1024 * KIB }: { length?: number; maxBytes?: number } = {}) {
  const client = new PassThrough();
  return { client, body: { req: client as unknown as IncomingMessage, maxBytes, length } };
}

/** Everything there is to forward. */
const bytesOf = async (body: Buffer | Readable | null) => (body instanceof Readable ? buffer(body) : body);

describe('buffering a body', () => {
  it('returns no body when there is none', async () => {
    expect(await bufferBody(null)).toEqual({ body: null, bytes: Buffer.alloc(0) });
  });

  it('buffers a small body, and forwards a large one as a stream', async () => {
    for (const [size, isBuffered] of [
      [1, true],
      [64 * KIB, true],
      [64 * KIB + 1, false],
      [1024 * KIB, false],
    ] as const) {
      const { client, body: source } = sending();
      const all = Buffer.alloc(size, 'abcdefg');
      Readable.from([all.subarray(0, size / 2), all.subarray(size / 2, size - 1), all.subarray(size - 1)]).pipe(client);
      const { body, bytes } = await bufferBody(source);
      expect(bytes?.equals(all) ?? false).toBe(isBuffered);
      expect((await bytesOf(body))?.equals(all)).toBe(true);
    }
  });

  it('loses no byte that arrives when the body exceeds the buffer', async () => {
    // Node's parser does this when one packet holds several chunks.
    const req = new Readable({ read() {} });
    const keeping = bufferBody({ req: req as unknown as IncomingMessage, maxBytes: 1024 * KIB, length: undefined });
    await once(req, 'resume');
    for (const letter of 'abcd') req.push(Buffer.alloc(40 * KIB, letter));
    req.push('e');
    req.push(null);
    const all = await bytesOf((await keeping).body);
    expect(all).toHaveLength(160 * KIB + 1);
    expect(all?.toString()).toMatch(/^a+b+c+d+e$/);
  });

  it('rejects a body that is longer than the limit', async () => {
    const { client, body } = sending({ maxBytes: KIB });
    const keeping = bufferBody(body);
    client.write(Buffer.alloc(KIB + 1));
    await expect(keeping).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it('fails when the client leaves, before and during the read', async () => {
    for (const isReadFirst of [true, false]) {
      const { client, body } = sending();
      client.write('{');
      const reading = isReadFirst && bufferBody(body);
      client.destroy();
      if (!reading) await once(client, 'close');
      await expect(reading || bufferBody(body)).rejects.toThrow('the client went away');
    }
  });
});

describe('buffering a body only when it is short', () => {
  it('buffers a body that announces a short length', async () => {
    const { client, body } = sending({ length: 2 });
    client.end('{}');
    expect(await bufferShortBody(body)).toMatchObject({ bytes: Buffer.from('{}') });
  });

  it.each([
    ['it does not say so', undefined],
    ['it is long', 64 * KIB + 1],
  ])('streams the body before its end when %s', async (_why, length) => {
    const { client, body: source } = sending({ ...(length && { length }) });
    client.write('first');
    const { body, bytes } = await bufferShortBody(source);
    expect(bytes).toBeNull();
    client.end(' last');
    expect(String(await bytesOf(body))).toBe('first last');
  });
});
