import { type EndpointEvent, headerValues, withoutHeaders } from '@mcp-gateway/protocol';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { ResponseSink } from '../upstream/proxy.js';

/**
 * How long the head of a stream waits for the endpoint event. Until the head is sent, a bad event can still be answered
 * with an error.
 */
const HEAD_MS = 1_000;

/** Some clients search the whole header for it. */
const AS_CLIENTS_READ_IT = /text\/event-stream/i;

/** Passes an answer on, and rewrites the endpoint event when the answer is an event stream. */
export class EndpointSink implements ResponseSink {
  #isStream = false;
  /** Sends the held-back head. */
  #head: (() => void) | undefined;
  #late: NodeJS.Timeout | undefined;

  constructor(
    private readonly to: ResponseSink,
    private readonly event: EndpointEvent,
  ) {}

  get destroyed(): boolean {
    return this.to.destroyed;
  }
  get writableFinished(): boolean {
    return this.to.writableFinished;
  }
  get writableNeedDrain(): boolean {
    return this.to.writableNeedDrain;
  }

  /** @throws GatewayError UPSTREAM_INVALID for a stream that is compressed although the request did not allow that */
  writeHead(status: number, reasonPhrase: string, headers: string[]): void {
    this.#isStream =
      status === 200 && headerValues(headers, 'content-type').some((type) => AS_CLIENTS_READ_IT.test(type));
    if (this.#isStream && headerValues(headers, 'content-encoding').some((coding) => !/^(identity)?$/i.test(coding))) {
      const detail =
        'the server compresses its SSE stream, so the gateway cannot read the endpoint event; turn compression off';
      throw new GatewayError('UPSTREAM_INVALID', { detail });
    }
    const passed = this.#isStream ? withoutHeaders(headers, (name) => name === 'content-length') : headers; // the rewritten event is longer
    this.#head = () => this.to.writeHead(status, reasonPhrase, passed);
    if (this.#isStream) this.#late = setTimeout(() => this.#begin(), HEAD_MS);
    else this.#begin();
  }

  /** @throws GatewayError UPSTREAM_INVALID when the stream does not begin with an endpoint event */
  write(chunk: Buffer | ''): boolean {
    if (chunk === '') return this.#head !== undefined || this.to.write('', 'latin1');
    const passed = this.#isStream ? this.#pass(chunk) : chunk;
    if (passed.length === 0) return true;
    this.#begin();
    return this.to.write(passed);
  }

  end(): void {
    this.#begin();
    this.to.end();
  }

  once(event: 'close' | 'drain', listener: () => void): void {
    this.to.once(event, listener);
  }

  #begin(): void {
    clearTimeout(this.#late);
    const head = this.#head;
    this.#head = undefined;
    if (!head || this.to.destroyed) return;
    head();
    if (this.#isStream) this.to.write('', 'latin1');
  }

  #pass(chunk: Buffer): Buffer {
    try {
      return this.event.pass(chunk);
    } catch (cause) {
      clearTimeout(this.#late);
      if (cause instanceof GatewayError) throw cause;
      throw new GatewayError('UPSTREAM_INVALID', {
        detail: "the server's SSE stream does not begin with one valid endpoint event",
        cause,
      });
    }
  }
}
