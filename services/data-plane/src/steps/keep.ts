import { Readable } from 'node:stream';

const MAX_BYTES = 64 * 1024;

export interface KeptBody {
  /** To forward: all of the bytes, or where they come from. */
  body: Buffer | Readable | null;
  /** All of it, so that it can be sent again; null when that is too much to keep. */
  kept: Buffer | null;
}

/** Reads a small body whole before it is forwarded. A longer one is handed on as it comes, from its beginning. */
export async function keep(source: Readable | null): Promise<KeptBody> {
  if (!source) return { body: null, kept: Buffer.alloc(0) };
  const chunks: Buffer[] = [];
  let size = 0;
  const iterator = source.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  for (;;) {
    const { done, value } = await iterator.next();
    if (done) {
      const kept = Buffer.concat(chunks);
      return { body: kept, kept };
    }
    chunks.push(value);
    size += value.length;
    if (size > MAX_BYTES) return { body: Readable.from(all(chunks, iterator)), kept: null };
  }
}

async function* all(chunks: Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
  for (;;) {
    const { done, value } = await rest.next();
    if (done) return;
    yield value;
  }
}
