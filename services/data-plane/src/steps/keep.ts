import { BodyStream, CLIENT_GONE, tooLarge, type KeptBody, type RequestBody } from '../request-body.js';

export type { KeptBody };

export const MAX_KEPT_BYTES = 64 * 1024;

/**
 * Reads a small body whole before it is forwarded. A longer one is handed on as it comes, from its beginning.
 * @throws GatewayError TOO_LARGE
 */
export async function keep(source: RequestBody | null): Promise<KeptBody> {
  if (!source) return { body: null, kept: Buffer.alloc(0) };
  if (source.read) return source.read;
  const { req, maxBytes } = source;
  if (req.destroyed) throw CLIENT_GONE;
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const release = () => req.off('data', take).off('end', end).off('error', gone).off('close', gone);
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) fail(tooLarge(maxBytes));
      else if (size > MAX_KEPT_BYTES) {
        release();
        resolve({ body: new BodyStream(source, chunks), kept: null }); // at once, or what comes next is lost
      }
    };
    const end = () => {
      release();
      const kept = Buffer.concat(chunks); // a copy, as a chunk holds on to all that came with it
      resolve({ body: kept, kept });
    };
    const fail = (error: Error) => {
      release().pause();
      reject(error);
    };
    const gone = () => fail(CLIENT_GONE);
    req.on('data', take).once('end', end).once('error', gone).once('close', gone);
  });
}

/** The same, but what does not say how long it is comes as a stream at once: the server may answer before its end. */
export async function keepIfShort(source: RequestBody | null): Promise<KeptBody> {
  const isLong = source && !source.read && (source.length === undefined || source.length > MAX_KEPT_BYTES);
  return isLong ? { body: new BodyStream(source), kept: null } : keep(source);
}
