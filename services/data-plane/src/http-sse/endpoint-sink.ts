import type { ServerResponse } from 'node:http';
import { GatewayError } from '@mcp-gateway/common/errors';
import { announcesEventStream, type EndpointEvent } from '@mcp-gateway/protocol';
import type { Sink } from '../steps/relay.js';

/** Passes an answer on, and when it is an event stream, with another place in its endpoint event. */
export class EndpointSink implements Sink {
  #isStream = false;

  constructor(
    private readonly res: ServerResponse,
    private readonly event: EndpointEvent,
  ) {}

  get destroyed(): boolean {
    return this.res.destroyed;
  }
  get writableFinished(): boolean {
    return this.res.writableFinished;
  }
  get writableNeedDrain(): boolean {
    return this.res.writableNeedDrain;
  }

  writeHead(status: number, reasonPhrase: string, headers: string[]): void {
    this.#isStream = status === 200 && announcesEventStream(headers);
    this.res.writeHead(status, reasonPhrase, headers);
  }

  /** @throws GatewayError UPSTREAM_INVALID when there is no endpoint where it has to be */
  write(chunk: Buffer | '', encoding: 'latin1' = 'latin1'): boolean {
    if (chunk === '') return this.res.write(chunk, encoding);
    if (!this.#isStream) return this.res.write(chunk);
    const passed = this.#pass(chunk);
    return passed.length === 0 || this.res.write(passed);
  }

  end(): void {
    this.res.end();
  }

  once(event: 'close' | 'drain', listener: () => void): void {
    this.res.once(event, listener);
  }

  #pass(chunk: Buffer): Buffer {
    try {
      return this.event.pass(chunk);
    } catch (cause) {
      if (cause instanceof GatewayError) throw cause;
      throw new GatewayError('UPSTREAM_INVALID', { detail: 'its stream does not say where to send messages', cause });
    }
  }
}
