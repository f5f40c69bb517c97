import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { GatewayError } from '@mcp-gateway/common/errors';

/** What a client sends, up to a bound; to be read once, as a stream or whole (steps/keep.ts). */
export interface RequestBody {
  req: IncomingMessage;
  maxBytes: number;
  /** As the client says; undefined when it sends chunks. */
  length: number | undefined;
  /** What has been read of it already, because something had to be known before. */
  read?: BufferedBody;
}

export interface BufferedBody {
  /** To forward: all of the bytes, or where they come from. */
  body: Buffer | Readable | null;
  /** All of it, so that it can be sent again; null when that is too much to keep. */
  bytes: Buffer | null;
}

/**
 * The body as it comes, after what has been read of it already. Not the request itself, as whoever reads this may destroy it,
 * and what is left of the request has to be read nevertheless (drain.ts).
 * Fails with GatewayError TOO_LARGE when it grows too long.
 */
export class BodyStream extends Readable {
  #seen = 0;
  readonly #req: IncomingMessage;
  readonly #maxBytes: number;

  constructor({ req, maxBytes }: RequestBody, begun: readonly Buffer[] = []) {
    super();
    this.#req = req;
    this.#maxBytes = maxBytes;
    this.on('error', () => {}); // whoever reads it may have stopped listening, or not begun
    req.pause(); // until it is asked for
    begun.forEach(this.#take);
    req.on('data', this.#take).once('end', this.#end).once('error', this.#fail).once('close', this.#fail);
    if (req.destroyed) this.#fail();
  }

  override _read(): void {
    this.#req.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const req = this.#req;
    if (req.listeners('data').includes(this.#take)) req.pause(); // else it is being drained
    req.off('data', this.#take).off('end', this.#end).off('close', this.#fail);
    done(error);
  }

  readonly #take = (chunk: Buffer): void => {
    this.#seen += chunk.length;
    if (this.#seen > this.#maxBytes) {
      this.destroy(tooLarge(this.#maxBytes));
    } else if (!this.push(chunk)) this.#req.pause();
  };

  readonly #end = (): void => {
    this.#req.off('close', this.#fail);
    this.push(null);
  };

  readonly #fail = (): void => {
    this.destroy(CLIENT_GONE);
  };
}

/**
 * Whatever ended a request before its end: nobody is left to answer, and nothing is wrong with the gateway. Made once, as nobody
 * reads where: a stack for each request costs more than all of its headers.
 */
export const CLIENT_GONE = new Error('the client went away');

export const tooLarge = (maxBytes: number) =>
  new GatewayError('TOO_LARGE', { detail: `the limit is ${maxBytes} bytes` });

/**
 * A client may wait with its body until it hears that the request is welcome (RFC 9110 §10.1.1). It is told so when nothing
 * is left to refuse it for, so that what is refused is not sent.
 */
export function sendContinue(req: IncomingMessage, res: ServerResponse): void {
  if (req.httpVersion !== '1.1' || !/^100-continue$/i.test(req.headers.expect ?? '')) return;
  delete req.headers.expect; // it is told once
  res.writeContinue();
}
