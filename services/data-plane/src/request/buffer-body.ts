import { type Readable, Transform } from 'node:stream';
import { tooLarge } from '@mcp-gateway/common/errors';
import { BodyStream, type BufferedBody, CLIENT_GONE, type RequestBody } from './body.js';

export type { BufferedBody };

export const MAX_BUFFERED_BYTES = 64 * 1024;

/**
 * Buffers a small body before it is forwarded. A longer body is forwarded as it comes, from its beginning.
 * @throws GatewayError TOO_LARGE
 */
export function bufferBody(source: RequestBody | null, bufferBytes = MAX_BUFFERED_BYTES): Promise<BufferedBody> {
  if (!source) return Promise.resolve({ body: null, bytes: Buffer.alloc(0) });
  return source.read ? Promise.resolve(source.read) : readBody(source, bufferBytes);
}

function readBody(source: RequestBody, bufferBytes: number): Promise<BufferedBody> {
  const { req, maxBytes } = source;
  if (req.destroyed) return Promise.reject(CLIENT_GONE);
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const release = () => req.off('data', take).off('end', end).off('error', gone).off('close', gone);
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) fail(tooLarge(maxBytes));
      else if (size > bufferBytes) {
        release();
        resolve({ body: new BodyStream(source, chunks), bytes: null }); // at once, or the next chunk is lost
      }
    };
    const end = () => {
      release();
      const bytes = Buffer.concat(chunks); // a copy, because a chunk retains the whole buffer that it came in
      resolve({ body: bytes, bytes });
    };
    const fail = (error: Error) => {
      release().pause();
      reject(error);
    };
    const gone = () => fail(CLIENT_GONE);
    req.on('data', take).once('end', end).once('error', gone).once('close', gone);
  });
}

/** The same, except that a body of unknown length is streamed at once: the server may answer before it ends. */
export function bufferShortBody(source: RequestBody | null): Promise<BufferedBody> {
  const isLong = source && !source.read && (source.length === undefined || source.length > MAX_BUFFERED_BYTES);
  return isLong ? Promise.resolve({ body: new BodyStream(source), bytes: null }) : bufferBody(source);
}

const MAX_BYTES = 64 * 1024;

export interface Captured {
  /** The same bytes, to forward. */
  body: Readable;
  /** The bytes that have passed; null when they were too many to buffer. */
  text(): string | null;
}

/** Copies a small body while it passes. */
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
  body.on('error', () => {}); // undici, the reader, stops listening once it has given up
  source.once('error', (error) => body.destroy(error));
  source.pipe(body);
  return { body, text: () => (size <= MAX_BYTES ? Buffer.concat(chunks).toString('utf8') : null) };
}
