import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { tooLarge } from '@mcp-gateway/common/errors';

/** The body of a request, up to a limit; it can be read once, as a stream or whole (buffer-body.ts). */
export interface RequestBody {
  req: IncomingMessage;
  maxBytes: number;
  /** The announced length; undefined for a chunked body. */
  length: number | undefined;
  /** The buffered part, when a step has read the body already. */
  read?: BufferedBody;
}

export interface BufferedBody {
  /** The body to forward: all bytes, or a stream of them. */
  body: Buffer | Readable | null;
  /** All bytes, so that the body can be sent again; null when it is too long to buffer. */
  bytes: Buffer | null;
}

/**
 * The body as it comes, after the part that is buffered already. A stream of its own, because its reader may destroy it
 * while the rest of the request must still be read (lingering-close.ts).
 * Fails with GatewayError TOO_LARGE when the body grows too long.
 */
export class BodyStream extends Readable {
  #seen = 0;
  readonly #req: IncomingMessage;
  readonly #maxBytes: number;

  constructor({ req, maxBytes }: RequestBody, begun: readonly Buffer[] = []) {
    super();
    this.#req = req;
    this.#maxBytes = maxBytes;
    this.on('error', () => {}); // the reader may have stopped listening, or not begun
    req.pause(); // until the reader asks for data
    begun.forEach(this.#take);
    req.on('data', this.#take).once('end', this.#end).once('error', this.#fail).once('close', this.#fail);
    if (req.destroyed) this.#fail();
  }

  override _read(): void {
    this.#req.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const req = this.#req;
    if (req.listeners('data').includes(this.#take)) req.pause(); // else the lingering close reads it
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
 * The error of every request that its client breaks off: there is no client to answer, and the gateway has no fault.
 * One shared object, because a stack for each request costs more than all of its headers.
 */
export const CLIENT_GONE = new Error('the client went away');

/**
 * A client may wait for 100 Continue before it sends its body (RFC 9110 §10.1.1). The gateway sends it once nothing is
 * left to refuse the request for, so that bodies of refused requests are not sent.
 */
export function sendContinue(req: IncomingMessage, res: ServerResponse): void {
  if (req.httpVersion !== '1.1' || !/^100-continue$/i.test(req.headers.expect ?? '')) return;
  delete req.headers.expect; // the client gets it once
  res.writeContinue();
}
