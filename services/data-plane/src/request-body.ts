import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { GatewayError } from '@mcp-gateway/common/errors';

/**
 * What a client sends, up to a bound. Not the request itself, as whoever reads this may destroy it, and what is left of the
 * request has to be read nevertheless (drain.ts).
 * Fails with GatewayError TOO_LARGE when it grows too long.
 */
export class RequestBody extends Readable {
  #seen = 0;

  constructor(
    private readonly req: IncomingMessage,
    private readonly maxBytes: number,
  ) {
    super();
    this.on('error', () => {}); // whoever reads it may have stopped listening, or not begun
    req.pause(); // until it is asked for
    req.on('data', this.#take).once('end', this.#end).once('error', this.#fail).once('close', this.#fail);
  }

  override _read(): void {
    this.req.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { req } = this;
    if (req.listeners('data').includes(this.#take)) req.pause(); // else it is being drained
    req.off('data', this.#take).off('end', this.#end).off('close', this.#fail);
    done(error);
  }

  readonly #take = (chunk: Buffer): void => {
    this.#seen += chunk.length;
    if (this.#seen > this.maxBytes) {
      this.destroy(tooLarge(this.maxBytes));
    } else if (!this.push(chunk)) this.req.pause();
  };

  readonly #end = (): void => {
    this.req.off('close', this.#fail);
    this.push(null);
  };

  readonly #fail = (error?: Error): void => {
    this.destroy(error ?? new Error('the client went away'));
  };
}

export const tooLarge = (maxBytes: number) =>
  new GatewayError('TOO_LARGE', { detail: `the limit is ${maxBytes} bytes` });
