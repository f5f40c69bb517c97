import { readEvents } from '@mcp-gateway/protocol';
import type { Log } from '../log.js';
import { readBody } from '../message.js';
import type { Peer, PeerListener, StartPeer } from '../peer.js';
import type { RemoteServer } from './remote-server.js';

export interface SsePeerOptions {
  server: RemoteServer;
  maxMessageBytes: number;
  log: Log;
}

const MAX_WAITING = 100;
const ENDPOINT_MS = 30_000;
const POST_MS = 60_000;

/** A session of a remote server of the older HTTP transport (MCP 2024-11-05, HTTP with SSE), as a peer. */
export const ssePeerStarter =
  (options: SsePeerOptions): StartPeer =>
  (listener, name) =>
    new SsePeer(options, listener, name);

class SsePeer implements Peer {
  readonly #gone = new AbortController();
  /** Messages that wait for the `endpoint` event. */
  readonly #waiting: string[] = [];
  #endpoint: URL | undefined;
  /** Characters that the server has not taken yet. */
  #unsent = 0;
  #sending = Promise.resolve();
  #hasEnded = false;
  #resume: (() => void) | undefined;
  #paused: Promise<void> | undefined;

  constructor(
    private readonly options: SsePeerOptions,
    private readonly listener: PeerListener,
    private readonly name: string,
  ) {
    this.#read().then(
      () => this.#end('The remote MCP server ended the stream'),
      (error: Error) => this.#end(error.message),
    );
    setTimeout(() => {
      if (!this.#endpoint) this.#end('The remote MCP server has not named its endpoint in time');
    }, ENDPOINT_MS).unref();
  }

  send(text: string): boolean {
    if (this.#waiting.length >= MAX_WAITING || this.#unsent > this.options.maxMessageBytes) return false;
    this.#waiting.push(text);
    this.#unsent += text.length;
    if (this.#endpoint) this.#flush();
    return true;
  }

  pause(): void {
    this.#paused ??= new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#resume?.();
    this.#paused = undefined;
  }

  end(): Promise<void> {
    this.#end('The session was ended by the bridge');
    return Promise.resolve();
  }

  kill(): void {
    this.#end('The session was ended by the bridge');
  }

  async #read(): Promise<void> {
    const { server, maxMessageBytes } = this.options;
    const response = await server.send('GET', { accept: 'text/event-stream' }, undefined, this.#gone.signal);
    if (response.statusCode !== 200) throw new Error(`The remote MCP server answers ${response.statusCode} to GET`);
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      rest += decoder.decode(chunk, { stream: true });
      if (rest.length > maxMessageBytes) {
        throw new Error(`A message of the remote MCP server has more than ${maxMessageBytes} bytes`);
      }
      if (!/[\r\n]$/.test(rest)) continue; // within an event; parse it once, when it may be complete
      const read = readEvents(rest);
      rest = read.rest;
      for (const { type, data } of read.events) this.#event(type, data);
      await this.#paused;
    }
  }

  #event(type: string, data: string): void {
    if (type === 'endpoint') {
      const { url } = this.options.server;
      const endpoint = URL.parse(data.trim(), url.href);
      if (endpoint?.origin !== url.origin)
        return this.#end('The remote MCP server names an endpoint on another server');
      this.#endpoint = endpoint;
      return this.#flush();
    }
    try {
      for (const message of readBody(data).messages) this.listener.message(message);
    } catch {
      this.options.log(`[${this.name}] no message: ${data}`);
    }
  }

  /** Sends the messages in their order. */
  #flush(): void {
    for (const text of this.#waiting.splice(0)) this.#sending = this.#sending.then(() => this.#post(text));
  }

  async #post(text: string): Promise<void> {
    if (this.#hasEnded) return;
    const signal = AbortSignal.any([this.#gone.signal, AbortSignal.timeout(POST_MS)]);
    const headers = { 'content-type': 'application/json' };
    try {
      const { statusCode, body } = await this.options.server.send('POST', headers, text, signal, this.#endpoint);
      await body.dump();
      if (statusCode >= 400) this.#end(`The remote MCP server answers ${statusCode} to a message`);
    } catch (error) {
      this.#end((error as Error).message);
    } finally {
      this.#unsent -= text.length;
    }
  }

  #end(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#gone.abort();
    this.#resume?.();
    setImmediate(() => this.listener.ended(reason, this.#endpoint !== undefined));
  }
}
