import type { ServerResponse } from 'node:http';
import { errorFor, type Id, type Message } from '../message.js';
import { EventStream } from './event-stream.js';
import { sendJson, type Accepts } from './reply.js';

export interface ExchangeOptions {
  /** Of the requests that the client has sent in this POST. */
  ids: readonly Id[];
  /** The client has sent a batch, so a JSON answer is a list. */
  isBatch: boolean;
  accepts: Accepts;
  /** They go out unless an error comes first. */
  headers?: Record<string, string>;
  /** Called before an error goes out. */
  onError?: () => void;
  /** The status of a JSON answer: modern revisions of MCP have some of their own for errors. */
  statusOf?: (answer: Message) => number;
  onBlocked: (isBlocked: boolean) => void;
}

/** The head of an answer that takes longer goes out as that of an event stream, so that nothing between takes it for dead. */
const BEGIN_STREAM_MS = 10_000;

/**
 * The answer to one POST with requests: JSON when the server says nothing before it answers, else an event stream
 * (MCP 2025-11-25, transports, sending messages to the server).
 */
export class Exchange {
  readonly #open: Map<string, Id>;
  readonly #answers: string[] = [];
  readonly #patience: NodeJS.Timeout | undefined;
  #headers: Record<string, string>;
  #status = 200;
  #stream: EventStream | undefined;

  constructor(
    private readonly res: ServerResponse,
    private readonly options: ExchangeOptions,
  ) {
    this.#open = new Map(options.ids.map((id) => [id.key, id]));
    this.#headers = options.headers ?? {};
    if (options.accepts.events) this.#patience = setTimeout(() => this.#begin(), BEGIN_STREAM_MS).unref();
    res.once('close', () => clearTimeout(this.#patience));
  }

  /** Whether messages other than answers can be sent in it. */
  get takesEvents(): boolean {
    if (this.#open.size === 0 || this.res.destroyed) return false;
    return this.#stream ? this.#stream.isOpen : this.options.accepts.events;
  }

  get openIds(): Id[] {
    return [...this.#open.values()];
  }

  event(text: string): void {
    this.#begin().event(text);
  }

  answer(id: Id, message: Message): void {
    this.#status = this.options.statusOf?.(message) ?? 200;
    if (message.isError) this.#refused();
    this.#add(id, message.text);
  }

  /** Answers one request with an error of the bridge. */
  failOne(id: Id, code: number, message: string): void {
    this.#refused();
    this.#add(id, errorFor(id, code, message));
  }

  fail(code: number, message: string): void {
    for (const id of this.openIds) this.failOne(id, code, message);
  }

  /** The client has cancelled the request, so no answer may come (MCP 2025-11-25, cancellation). */
  cancel(id: Id): void {
    this.#open.delete(id.key);
    if (this.#open.size > 0) return;
    if (this.#answers.length > 0 && !this.#stream) return this.#finish();
    this.#begin().end();
  }

  #refused(): void {
    this.#headers = {};
    this.options.onError?.();
  }

  #add(id: Id, text: string): void {
    if (!this.#open.delete(id.key)) return;
    if (this.#stream) this.#stream.event(text);
    else this.#answers.push(text);
    if (this.#open.size === 0) this.#finish();
    else if (!this.options.accepts.json) this.#begin();
  }

  #finish(): void {
    clearTimeout(this.#patience);
    if (this.res.destroyed) return;
    if (!this.#stream && this.options.accepts.json) {
      const text = this.options.isBatch ? `[${this.#answers.join(',')}]` : this.#answers.join('');
      return sendJson(this.res, this.#status, text, this.#headers);
    }
    this.#begin().end();
  }

  /** Begins the stream, with the answers that were held back. */
  #begin(): EventStream {
    clearTimeout(this.#patience);
    if (!this.#stream) {
      this.#stream = new EventStream(this.res, this.#headers, this.options.onBlocked);
      for (const text of this.#answers.splice(0)) this.#stream.event(text);
    }
    return this.#stream;
  }
}
