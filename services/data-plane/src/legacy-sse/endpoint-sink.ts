import { type EndpointEvent, headerValues, withoutHeaders } from '@mcp-gateway/protocol';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { ResponseSink } from '../upstream/proxy.js';

/** How long the head of a stream waits for its endpoint event: while it does, a bad one can still be answered in words. */
const HEAD_MS = 1_000;

/** Some clients look for it anywhere in the header. */
const AS_CLIENTS_READ_IT = /text\/event-stream/i;

/** Passes an answer on, and when it is an event stream, with another place in its endpoint event. */
export class EndpointSink implements ResponseSink {
  #isStream = false;
  /** Sends the head that is held back. */
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

  /** @throws GatewayError UPSTREAM_INVALID for a stream that is compressed although nobody has asked for that */
  writeHead(status: number, reasonPhrase: string, headers: string[]): void {
    this.#isStream =
      status === 200 && headerValues(headers, 'content-type').some((type) => AS_CLIENTS_READ_IT.test(type));
    if (this.#isStream && headerValues(headers, 'content-encoding').some((coding) => !/^(identity)?$/i.test(coding))) {
      const detail = 'its stream is compressed, so nothing can be read of where to send messages';
      throw new GatewayError('UPSTREAM_INVALID', { detail });
    }
    const passed = this.#isStream ? withoutHeaders(headers, (name) => name === 'content-length') : headers; // it becomes longer
    this.#head = () => this.to.writeHead(status, reasonPhrase, passed);
    if (this.#isStream) this.#late = setTimeout(() => this.#begin(), HEAD_MS);
    else this.#begin();
  }

  /** @throws GatewayError UPSTREAM_INVALID when there is no endpoint where it has to be */
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
      throw new GatewayError('UPSTREAM_INVALID', { detail: 'its stream does not say where to send messages', cause });
    }
  }
}
