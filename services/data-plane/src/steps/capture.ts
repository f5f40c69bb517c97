import { Transform, type Readable } from 'node:stream';

const MAX_BYTES = 64 * 1024;

export interface Captured {
  /** The same bytes, to forward. */
  body: Readable;
  /** What has passed, or null when it was too much to keep. */
  text(): string | null;
}

/** Keeps a copy of a small body while it passes. */
export function capture(source: Readable): Captured {
  let chunks: Buffer[] = [];
  let size = 0;
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= MAX_BYTES) chunks.push(chunk);
      else chunks = [];
      done(null, chunk);
    },
  });
  body.on('error', () => {}); // undici, which reads it, stops listening once it has given up
  source.once('error', (error) => body.destroy(error));
  source.pipe(body);
  return { body, text: () => (size <= MAX_BYTES ? Buffer.concat(chunks).toString('utf8') : null) };
}
