import type { Log } from '../log.js';
import type { StartPeer } from '../peer.js';
import { Multiplexer } from './multiplexer.js';

export interface SharedServerOptions {
  startPeer: StartPeer;
  name: string;
  requestMs: number;
  log: Log;
  onBroadcast(text: string): void;
}

/** A server that has finished its handshake, with what it said. */
export interface Greeted<T> {
  server: Multiplexer;
  greeting: T;
}

/** One server for many clients. It starts when it is first needed, and again after it has ended. */
export class SharedServer<T> {
  #current: Promise<Greeted<T>> | undefined;
  #server: Multiplexer | undefined;

  /** @param greet does the handshake; when it throws, the server is ended */
  constructor(
    private readonly options: SharedServerOptions,
    private readonly greet: (server: Multiplexer) => Promise<T>,
  ) {}

  /** Rejects with what `greet` has thrown. */
  get(): Promise<Greeted<T>> {
    this.#current ??= this.#start();
    return this.#current;
  }

  async end(): Promise<void> {
    await this.#server?.end();
  }

  async #start(): Promise<Greeted<T>> {
    const server = new Multiplexer({
      ...this.options,
      onEnded: () => {
        if (this.#server === server) this.#current = undefined;
      },
    });
    this.#server = server;
    try {
      return { server, greeting: await this.greet(server) };
    } catch (error) {
      this.#current = undefined;
      void server.end();
      throw error;
    }
  }
}
