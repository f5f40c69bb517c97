import type { ServerResponse } from 'node:http';
import { EventStream } from './http/event-stream.js';
import { Exchange, type ExchangeOptions } from './http/exchange.js';
import { Refusal, type Accepts } from './http/reply.js';
import type { Log } from './log.js';
import { idIn, type Body, type Id, type Message } from './message.js';
import type { Peer, PeerListener, StartPeer } from './peer.js';

export interface SessionOptions {
  id: string;
  /** In the log. */
  name: string;
  startPeer: StartPeer;
  requestMs: number;
  log: Log;
  /** Called once, when the server of this session has ended. */
  onEnded(reason: string): void;
}

/** Messages that wait for a stream. */
const MAX_BACKLOG = 256;
const MAX_BACKLOG_CHARACTERS = 1_048_576;
const CONNECTION_CLOSED = -32_000;
const REQUEST_TIMEOUT = -32_001;

interface Pending {
  id: Id;
  exchange: Exchange;
  timeout: NodeJS.Timeout;
}

/**
 * One legacy session: a server of its own, the requests that the server has not answered, and the client's streams. Messages pass as they
 * are; the session only reads which stream they belong to.
 */
export class Session implements PeerListener {
  /** Requests and streams of the client that are open now. */
  #connections = 0;
  #lastUsed = Date.now();
  readonly #pending = new Map<string, Pending>();
  /** The requests that have asked for progress, by their tokens. */
  readonly #progress = new Map<string, Exchange>();
  #stream: EventStream | undefined;
  #backlog: string[] = [];
  #blocked = 0;
  #hasEnded = false;
  readonly #peer: Peer;

  constructor(private readonly options: SessionOptions) {
    this.#peer = options.startPeer(this, options.name);
  }

  get id(): string {
    return this.options.id;
  }

  /** Milliseconds since the client has last used the session; 0 while a request or a stream of it is open. */
  idleMs(now: number): number {
    return this.#connections > 0 ? 0 : now - this.#lastUsed;
  }

  /**
   * Sends what the client has posted to the server, and answers with what the server answers.
   * @throws Refusal
   */
  post(
    body: Body,
    res: ServerResponse,
    options: Pick<ExchangeOptions, 'accepts' | 'headers' | 'onError'>,
  ): Exchange | undefined {
    this.#uses(res);
    const requests = body.messages.filter(({ kind }) => kind === 'request');
    const ids = requests.flatMap(({ id }) => id ?? []);
    this.#refuseUsedIds(ids);
    const exchange =
      ids.length === 0
        ? undefined
        : new Exchange(res, {
            ...options,
            ids,
            isBatch: body.isBatch,
            onBlocked: (isBlocked) => this.#block(isBlocked),
          });
    for (const message of body.messages) this.#forward(message, exchange);
    if (!exchange) res.writeHead(202).end();
    else this.#flushBacklog(exchange);
    return exchange;
  }

  /**
   * The stream for messages that belong to no request (MCP 2025-11-25, transports, listening for messages).
   * @throws Refusal 409 when there is one
   */
  openStream(res: ServerResponse): void {
    if (this.#stream?.isOpen) {
      throw new Refusal(409, -32_000, 'The session has an open stream. Close it before another is opened.');
    }
    this.#uses(res);
    const stream = new EventStream(res, { 'mcp-session-id': this.id }, (isBlocked) => this.#block(isBlocked));
    this.#stream = stream;
    for (const text of this.#backlog.splice(0)) stream.event(text);
  }

  end(): Promise<void> {
    return this.#peer.end();
  }

  kill(): void {
    this.#peer.kill();
  }

  message(message: Message): void {
    if (message.kind === 'response') return this.#answer(message);
    const token = message.method === 'notifications/progress' ? idIn(message, ['progressToken']) : undefined;
    const own = token && this.#progress.get(token.key);
    if (own?.takesEvents) return own.event(message.text);
    this.#deliver(message.text);
  }

  lost(reason: string): void {
    this.#failAll(CONNECTION_CLOSED, `${reason}. It may be the answer to this request, so the request may have run.`);
  }

  ended(reason: string, hasStarted: boolean): void {
    this.#hasEnded = true;
    const consequence = hasStarted
      ? 'The request may have run. The session is over; start a new one.'
      : 'No session was opened.';
    const what = `${reason}. ${consequence} The log of the server may say more.`;
    this.#failAll(CONNECTION_CLOSED, what);
    this.#stream?.end();
    this.#backlog = [];
    this.options.onEnded(reason);
  }

  #uses(res: ServerResponse): void {
    this.#connections += 1;
    this.#lastUsed = Date.now();
    res.once('close', () => {
      this.#connections -= 1;
      this.#lastUsed = Date.now();
    });
  }

  #refuseUsedIds(ids: readonly Id[]): void {
    const used = ids.find(({ key }, index) => this.#pending.has(key) || ids.findIndex((id) => id.key === key) < index);
    if (!used) return;
    throw new Refusal(400, -32_600, `A request with the id ${used.json} is under way in this session. Use another id.`);
  }

  #forward(message: Message, exchange: Exchange | undefined): void {
    if (message.kind === 'request' && message.id && exchange) this.#expect(message, message.id, exchange);
    if (message.method === 'notifications/cancelled') this.#cancel(idIn(message, ['requestId']));
    if (this.#peer.send(message.text)) return;
    const what = 'The MCP server does not read its input; the message was not sent to it';
    if (message.id && message.kind === 'request')
      this.#settle(message.id.key)?.exchange.failOne(message.id, -32_000, what);
    else this.options.log(`[${this.options.name}] ${what}`);
  }

  #expect(message: Message, id: Id, exchange: Exchange): void {
    const timeout = setTimeout(() => {
      const seconds = this.options.requestMs / 1000;
      const what = `The MCP server has not answered within ${seconds} s (MCP_BRIDGE_REQUEST_SECONDS). The request may have run.`;
      this.#settle(id.key)?.exchange.failOne(id, REQUEST_TIMEOUT, what);
    }, this.options.requestMs).unref();
    this.#pending.set(id.key, { id, exchange, timeout });
    const token = idIn(message, ['_meta', 'progressToken']);
    if (token) this.#progress.set(token.key, exchange);
  }

  #answer(message: Message): void {
    const pending = message.id && this.#settle(message.id.key);
    if (pending) pending.exchange.answer(pending.id, message);
    else if (message.isError) this.options.log(`[${this.options.name}] an error for no open request: ${message.text}`);
  }

  #cancel(id: Id | undefined): void {
    const pending = id && this.#settle(id.key);
    pending?.exchange.cancel(pending.id);
  }

  /** Removes the request from those that wait. */
  #settle(key: string): Pending | undefined {
    const pending = this.#pending.get(key);
    if (!pending) return undefined;
    clearTimeout(pending.timeout);
    this.#pending.delete(key);
    for (const [token, exchange] of this.#progress) {
      if (exchange === pending.exchange && exchange.openIds.length <= 1) this.#progress.delete(token);
    }
    return pending;
  }

  #failAll(code: number, message: string): void {
    for (const key of this.#pending.keys()) {
      const pending = this.#settle(key);
      pending?.exchange.failOne(pending.id, code, message);
    }
  }

  /**
   * stdio does not say which request a message belongs to. The stream of the request that was sent last keeps it before the answer, as it
   * was over stdio; without one it goes to the client's own stream, or waits for one.
   */
  #deliver(text: string): void {
    const carrier = [...this.#pending.values()].findLast(({ exchange }) => exchange.takesEvents)?.exchange;
    if (carrier) return carrier.event(text);
    if (this.#stream?.isOpen) return this.#stream.event(text);
    this.#backlog.push(text);
    const size = this.#backlog.reduce((sum, each) => sum + each.length, 0);
    if (this.#backlog.length <= MAX_BACKLOG && size <= MAX_BACKLOG_CHARACTERS) return;
    this.#backlog.shift();
    this.options.log(`[${this.options.name}] the client has no stream for messages of the server; one is dropped`);
  }

  #flushBacklog(exchange: Exchange): void {
    if (!exchange.takesEvents) return;
    for (const text of this.#backlog.splice(0)) exchange.event(text);
  }

  /** While one of its streams is full, the server is not read. */
  #block(isBlocked: boolean): void {
    this.#blocked += isBlocked ? 1 : -1;
    if (this.#hasEnded) return;
    if (this.#blocked > 0) this.#peer.pause();
    else this.#peer.resume();
  }
}

/** Whether the client can get an answer at all. */
export function checkAccepts({ json, events }: Accepts): void {
  if (json || events) return;
  throw new Refusal(406, -32_000, 'The Accept header must name application/json, text/event-stream, or both.');
}
