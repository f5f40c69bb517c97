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

/** All that there is to forward. */
const bytesOf = async (body: Buffer | Readable | null) => (body instanceof Readable ? buffer(body) : body);

describe('a body that is to be kept', () => {
  it('is none when there is none', async () => {
    expect(await bufferBody(null)).toEqual({ body: null, bytes: Buffer.alloc(0) });
  });

  it('is read whole when it is small, and handed on when it is not', async () => {
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

  it('loses nothing that comes at the moment in which it grows too long to be kept', async () => {
    // As Node's parser does when one packet holds several chunks.
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

  it('is refused when it is longer than it may be', async () => {
    const { client, body } = sending({ maxBytes: KIB });
    const keeping = bufferBody(body);
    client.write(Buffer.alloc(KIB + 1));
    await expect(keeping).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it('fails with a client that goes away, before it is read and while it is', async () => {
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

describe('a body that is kept if it is short', () => {
  it('is read whole when it says so', async () => {
    const { client, body } = sending({ length: 2 });
    client.end('{}');
    expect(await bufferShortBody(body)).toMatchObject({ bytes: Buffer.from('{}') });
  });

  it.each([
    ['it does not say so', undefined],
    ['it is long', 64 * KIB + 1],
  ])('is handed on before it ends when %s', async (_why, length) => {
    const { client, body: source } = sending({ ...(length && { length }) });
    client.write('first');
    const { body, bytes } = await bufferShortBody(source);
    expect(bytes).toBeNull();
    client.end(' last');
    expect(String(await bytesOf(body))).toBe('first last');
  });
});
