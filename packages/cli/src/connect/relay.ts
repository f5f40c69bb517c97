import { setTimeout as delay } from 'node:timers/promises';
import type { JSONRPCMessage, RequestId, StreamableHTTPClientTransport, Transport } from '@modelcontextprotocol/client';
import { failureOf, lineOf } from './failures.js';
import { failure, type Sort, sortOf } from './messages.js';

/** An id that no client uses, for the handshake that the relay repeats. */
const REPEATED = 'mcp-gateway-connect/initialize';
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;
const MAX_PENDING = 10_000;

export interface RelayParts {
  /** The client, on standard input and output. */
  client: Transport;
  /** A new connection to the gateway, not started. */
  connect(): StreamableHTTPClientTransport;
  /** For standard error: standard output has messages only. */
  log(line: string): void;
  /** How long a message waits for a gateway that cannot be reached. */
  patienceMs: number;
}

/** A request of the client that has no answer yet. */
interface Pending {
  isModern: boolean;
  cancel: AbortController;
}

/**
 * Passes messages between a client on stdio and a server behind the gateway, of either era, and changes none. It repeats
 * the handshake when the gateway no longer knows the session, waits for a gateway that restarts, and answers requests
 * that cannot be delivered.
 */
export class Relay {
  readonly #parts: RelayParts;
  #server: StreamableHTTPClientTransport;
  readonly #pending = new Map<RequestId, Pending>();
  /** What the client said in its handshake; undefined for a client of the modern era. */
  #initialize: JSONRPCMessage | undefined;
  #reopening: Promise<void> | undefined;
  #reopened: ((answer: JSONRPCMessage) => void) | undefined;
  /** The last notification or answer: the next message waits for it, so that none overtakes it. */
  #before: Promise<void> = Promise.resolve();
  readonly #closed = new AbortController();

  constructor(parts: RelayParts) {
    this.#parts = parts;
    this.#server = this.#open();
  }

  /** Whether requests wait for their answers. */
  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  /** Resolves when the client has closed its end. */
  async run(): Promise<void> {
    const { client } = this.#parts;
    await this.#server.start();
    const ended = new Promise<void>((resolve) => (client.onclose = resolve));
    client.onerror = (error) => this.#parts.log(`standard input: ${error.message}`);
    client.onmessage = (message) => this.#take(message);
    await client.start();
    await ended;
    await this.#end();
  }

  #open(): StreamableHTTPClientTransport {
    const server = this.#parts.connect();
    server.onmessage = (message) => this.#give(message);
    server.onerror = (error) => this.#parts.log(lineOf(error));
    return server;
  }

  /** A message of the client. */
  #take(message: JSONRPCMessage): void {
    const sort = sortOf(message);
    if (sort.kind === 'cancel') {
      const pending = this.#pending.get(sort.id);
      // In the modern era, ending the request is its cancellation over HTTP.
      if (pending?.isModern) {
        this.#pending.delete(sort.id);
        return pending.cancel.abort();
      }
    }
    if (sort.kind === 'initialize') this.#initialize = message;
    const isRequest = sort.kind === 'initialize' || sort.kind === 'request';
    if (isRequest) {
      if (this.#pending.size >= MAX_PENDING)
        return this.#give(failure(sort.id, `${MAX_PENDING} requests are unanswered.`));
      this.#pending.set(sort.id, { isModern: sort.kind === 'request' && sort.isModern, cancel: new AbortController() });
    }
    const sent = this.#before.then(() => this.#deliver(message, sort));
    if (!isRequest) this.#before = sent;
  }

  async #deliver(message: JSONRPCMessage, sort: Sort): Promise<void> {
    const until = Date.now() + this.#parts.patienceMs;
    for (let wait = FIRST_RETRY_MS, reopened = false; ; wait = Math.min(wait * 2, MAX_RETRY_MS)) {
      const server = this.#server;
      try {
        await server.send(message, this.#optionsFor(sort));
        return;
      } catch (error) {
        const isCancelled = (sort.kind === 'request' || sort.kind === 'initialize') && !this.#pending.has(sort.id);
        if (this.#closed.signal.aborted || isCancelled) return;
        const what = failureOf(error, server.sessionId !== undefined);
        if (what.kind === 'unreachable' && Date.now() < until) {
          await delay(wait, undefined, { signal: this.#closed.signal }).catch(() => {});
          if (this.#closed.signal.aborted) return;
        } else if (what.kind === 'session-gone' && !reopened && sort.kind !== 'initialize') {
          reopened = true;
          // The session of the question is gone, so nobody waits for the answer.
          const done = await this.#reopen(server).then(
            () => sort.kind !== 'response',
            (why: unknown) => why,
          );
          if (done === false) return;
          if (done !== true)
            return this.#undelivered(sort, `The session has ended, and no new one opened: ${String(done)}`);
        } else {
          const why = what.kind === 'session-gone' ? 'The gateway knows no such session' : what.why;
          const more = what.kind === 'failed' && what.mayHaveRun ? ' The request may have run.' : '';
          return this.#undelivered(sort, `${why.replace(/\.?$/, '.')}${more}`);
        }
      }
    }
  }

  #optionsFor(sort: Sort): Parameters<StreamableHTTPClientTransport['send']>[1] {
    if (sort.kind !== 'request' && sort.kind !== 'initialize') return undefined;
    const { id } = sort;
    const requestSignal = this.#pending.get(id)?.cancel.signal;
    return {
      ...(requestSignal && { requestSignal }),
      onRequestStreamEnd: () => {
        // A stream also ends after its answer.
        if (this.#pending.has(id)) this.#undelivered(sort, 'The answer broke off. The request may have run.');
      },
    };
  }

  /** Answers a request; for all else there is a line in the log. */
  #undelivered(sort: Sort, why: string): void {
    if ((sort.kind === 'request' || sort.kind === 'initialize') && this.#pending.has(sort.id))
      this.#give(failure(sort.id, why));
    else this.#parts.log(why);
  }

  /** A message for the client. */
  #give(message: JSONRPCMessage): void {
    const sort = sortOf(message);
    if (sort.kind === 'response' && sort.id !== undefined) {
      if (sort.id === REPEATED) return this.#reopened?.(message);
      // A request is answered once.
      if (!this.#pending.delete(sort.id)) return;
      const initialize = this.#initialize;
      if (initialize && 'id' in initialize && initialize.id === sort.id) this.#agreeOn(message);
    }
    this.#parts.client.send(message).catch((error: Error) => this.#parts.log(`standard output: ${error.message}`));
  }

  /** Later requests carry the version of the handshake (MCP 2025-11-25, transports, protocol version header). */
  #agreeOn(answer: JSONRPCMessage): void {
    const version = 'result' in answer ? (answer.result as { protocolVersion?: unknown }).protocolVersion : undefined;
    if (typeof version === 'string') this.#server.setProtocolVersion(version);
  }

  /** Opens the session again as the client opened it, once for all messages that need it. */
  #reopen(gone: StreamableHTTPClientTransport): Promise<void> {
    if (gone !== this.#server) return Promise.resolve();
    this.#reopening ??= this.#repeatHandshake().finally(() => (this.#reopening = undefined));
    return this.#reopening;
  }

  async #repeatHandshake(): Promise<void> {
    const initialize = this.#initialize;
    if (!initialize) throw new Error('the client has not said initialize');
    this.#parts.log('the session has ended; opening it again');
    const old = this.#server;
    const server = this.#open();
    await server.start();
    const answered = new Promise<JSONRPCMessage>((resolve) => (this.#reopened = resolve));
    await server.send({ ...initialize, id: REPEATED });
    const answer = await answered;
    if (!('result' in answer)) throw new Error('the server refused the handshake');
    this.#server = server;
    this.#agreeOn(answer);
    await server.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    await old.close();
  }

  async #end(): Promise<void> {
    this.#closed.abort();
    // The server need not keep a session that nobody uses.
    await Promise.race([this.#server.terminateSession().catch(() => {}), delay(1_000)]);
    await this.#server.close();
  }
}
