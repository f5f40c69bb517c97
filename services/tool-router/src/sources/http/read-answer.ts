import type { Dispatcher } from 'undici';
import { SourceError } from '../source.js';

/** Of an answer of a tool that is no MCP server. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export interface Answer {
  status: number;
  /** Without parameters, in lower case; empty when the server has not said. */
  mediaType: string;
  body: Buffer;
}

/**
 * Reads the whole answer. The signal of the request limits the time.
 * @throws SourceError when it is too large, or compressed
 */
export async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Answer> {
  refuseCompressed(headers['content-encoding'], () => discard(body));
  const [type = ''] = String(headers['content-type'] ?? '').split(';');
  if (Number(headers['content-length']) > MAX_ANSWER_BYTES) {
    discard(body);
    throw tooLarge();
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw tooLarge(); // leaving the loop destroys the body
    chunks.push(chunk);
  }
  return { status: statusCode, mediaType: type.trim().toLowerCase(), body: Buffer.concat(chunks) };
}

/**
 * The gateway asks for no compression (RFC 9110 §12.5.3): what a few bytes inflate to has no bound.
 * @param cancel ends the body
 * @throws SourceError
 */
export function refuseCompressed(encoding: string | string[] | null | undefined, cancel: () => void): void {
  if (!encoding || /^identity$/i.test(String(encoding))) return;
  cancel();
  throw new SourceError('the server compresses its answer, which the gateway asks it not to do');
}

/** Ends a body that nobody reads. */
export function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {}); // that it was destroyed, which would end the process
  body.destroy();
}

const tooLarge = () =>
  new SourceError(`the answer has more than ${MAX_ANSWER_BYTES} bytes; ask for less, such as a smaller page`);
