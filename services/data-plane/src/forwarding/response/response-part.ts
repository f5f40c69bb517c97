import type { ServerResponse } from 'node:http';
import { announcesEventStream, headerValue, withoutHeaders } from '@mcp-gateway/protocol';
import type { ResponseSink } from '../../upstream/proxy.js';
import { EventIdPrefixer } from './event-ids.js';

/** For an answer that is not an event stream, when another answer has begun already. */
const MAX_COLLECTED_BYTES = 4 * 1024 * 1024;

/** The bytes that a header may contain, as Latin-1 (RFC 9110 §5.5). */
const FIELD_VALUE = /^[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?$/;

const isLength = (name: string) => name === 'content-length';

type Listener = () => void;

/** The whole answer, as far as one part needs it. */
export interface WholeResponse {
  readonly res: ServerResponse;
  /** The head is sent. */
  begun: boolean;
  /** The answer is an event stream that another server, or the gateway, can continue. */
  isEvents: boolean;
  /** The id of the last complete event, if the current server gives ids. */
  readonly lastId: string | undefined;
  closeOpenEvent(): void;
  observe(chunk: Buffer): void;
  writeMessage(message: unknown): void;
  end(): void;
}

/**
 * The part of an answer that comes from one server. The first part passes as it comes. A later part is sent without its
 * head, as the client has one, and becomes an event when it is not an event stream.
 */
export class ResponsePart implements ResponseSink {
  /** The server's answer cannot follow in an event stream. */
  isUnusable = false;
  #isOver = false;
  #isEvents = false;
  #mode: 'pass' | 'collect' = 'pass';
  #collected: Buffer[] = [];
  #collectedBytes = 0;
  readonly #listeners: { event: 'close' | 'drain'; listener: Listener; heard: Listener }[] = [];

  readonly #prefixer: EventIdPrefixer | undefined;

  /** `epoch` is written before the event ids; empty for none. */
  constructor(
    private readonly answer: WholeResponse,
    epoch: string,
  ) {
    this.#prefixer = epoch === '' ? undefined : new EventIdPrefixer(epoch);
  }

  get destroyed(): boolean {
    return this.#isOver || this.answer.res.destroyed;
  }
  /**
   * The `Last-Event-ID` with which the client can resume after this server's events; undefined when the server gives no
   * ids.
   */
  get resumeAfter(): string | undefined {
    const id = this.#isEvents ? this.answer.lastId : undefined;
    return id !== undefined && FIELD_VALUE.test(id) ? id : undefined;
  }
  get writableFinished(): boolean {
    return this.answer.res.writableFinished;
  }
  get writableNeedDrain(): boolean {
    return this.answer.res.writableNeedDrain;
  }

  writeHead(status: number, reasonPhrase: string, headers: string[]): void {
    const { answer } = this;
    const isCoded = !['', 'identity'].includes((headerValue(headers, 'content-encoding') ?? '').toLowerCase());
    const isEvents = status < 300 && announcesEventStream(headers) && !isCoded;
    this.#isEvents = isEvents;
    if (!answer.begun) {
      answer.begun = true;
      answer.isEvents = isEvents;
      const grows = isEvents && this.#prefixer;
      answer.res.writeHead(status, reasonPhrase, grows ? withoutHeaders(headers, isLength) : headers);
      return;
    }
    if (isCoded) {
      this.isUnusable = true;
      this.detach();
    } else if (isEvents) answer.closeOpenEvent();
    else this.#mode = 'collect';
  }

  write(chunk: Buffer): boolean;
  write(nothing: '', encoding: 'latin1'): boolean;
  write(chunk: Buffer | ''): boolean {
    if (this.#isOver) return true;
    if (chunk === '') return this.#mode === 'collect' || this.answer.res.write('', 'latin1');
    if (this.#mode === 'pass') {
      const passing = this.#isEvents && this.#prefixer ? this.#prefixer.add(chunk) : chunk;
      this.answer.observe(passing);
      return this.answer.res.write(passing);
    }
    this.#collectedBytes += chunk.length;
    if (this.#collectedBytes <= MAX_COLLECTED_BYTES) this.#collected.push(chunk);
    return true;
  }

  end(): void {
    if (this.#isOver) return;
    if (this.#mode === 'collect') {
      const message = this.#message();
      if (message === undefined) {
        this.isUnusable = true;
        return this.release();
      }
      this.answer.writeMessage(message);
    }
    this.answer.end();
  }

  once(event: 'close' | 'drain', listener: Listener): void {
    const heard = () => {
      if (!this.#isOver) listener();
    };
    this.#listeners.push({ event, listener, heard });
    this.answer.res.once(event, heard);
  }

  /** Ignores the server from now on, and tells the server that the client has left. */
  detach(): void {
    if (this.#isOver) return;
    const closing = this.#listeners.filter(({ event }) => event === 'close');
    this.release();
    for (const { listener } of closing) listener();
  }

  release(): void {
    this.#isOver = true;
    for (const { event, heard } of this.#listeners.splice(0)) this.answer.res.off(event, heard);
  }

  /** The collected body when it is a JSON-RPC message; undefined for, say, an error page. */
  #message(): unknown {
    try {
      const message: unknown = JSON.parse(Buffer.concat(this.#collected).toString('utf8'));
      const messages = [message].flat();
      return messages.length > 0 && messages.every(isMessage) ? message : undefined;
    } catch {
      return undefined;
    }
  }
}

const isMessage = (value: unknown): boolean => typeof value === 'object' && value !== null && 'jsonrpc' in value;
