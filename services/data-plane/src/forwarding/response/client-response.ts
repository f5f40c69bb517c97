import type { ServerResponse } from 'node:http';
import type { GatewayError } from '@mcp-gateway/common/errors';
import { type RpcId, rpcError, writeEvent } from '@mcp-gateway/protocol';
import { ResponsePart, type WholeResponse } from './response-part.js';
import type { SseTracker } from './sse-tracker.js';
import type { TailBuffer } from './tail-buffer.js';
import type { RequestContext } from '../../request/context.js';

/**
 * The answer to one request as the client gets it: from one server, or from several in turn when the first is lost.
 * Only event streams can be continued by another server; other answers are final once their head is sent.
 */
export class ClientResponse implements WholeResponse {
  /** The head is sent. */
  begun = false;
  /** The answer is an event stream that another server, or the gateway, can continue. */
  isEvents = false;
  #part: ResponsePart | undefined;

  /** `tail` gets every chunk that passes; `events` gets those of event streams. */
  readonly res: ServerResponse;

  constructor(
    private readonly request: Pick<RequestContext, 'id' | 'res' | 'refusal'>,
    private readonly passed: { tail?: TailBuffer; events?: SseTracker } = {},
  ) {
    this.res = request.res;
  }

  /**
   * The sink for the next server's answer. Output of the previous server is ignored from now on. `epoch`: see
   * event-ids.ts.
   */
  next(epoch = ''): ResponsePart {
    this.#part?.release();
    this.#part = new ResponsePart(this, epoch);
    return this.#part;
  }

  /** Detaches the current server, as if the client had left. */
  detach(): void {
    this.#part?.detach();
  }

  /** Call it with each chunk that passes. */
  observe(chunk: Buffer): void {
    this.passed.tail?.add(chunk);
    if (this.isEvents) this.passed.events?.add(chunk);
  }

  /** The requests that the client has received no answer to, as far as the gateway can see. */
  unanswered(ids: readonly RpcId[]): RpcId[] {
    return ids.filter((id) => !this.passed.events?.answered.has(id));
  }

  /** The client has received an answer to any of its requests. */
  get hasAnswered(): boolean {
    return (this.passed.events?.answered.size ?? 0) > 0;
  }

  /** The id of the last complete event from the latest server that has begun to answer. */
  get lastId(): string | undefined {
    return this.passed.events?.lastId;
  }

  /** The last event id and the pending requests, when the client can resume the stream for them. */
  resumableFor(buffered: { rpcIds: readonly RpcId[] }): { eventId: string; ids: RpcId[] } | undefined {
    if (!this.passed.events?.mayHaveIds) return undefined;
    const eventId = this.#part?.resumeAfter;
    const ids = eventId === undefined ? [] : this.unanswered(buffered.rpcIds);
    return eventId === undefined || ids.length === 0 ? undefined : { eventId, ids };
  }

  /** Call it before the gateway writes an event to a stream that no server has begun. */
  beginEvents(): void {
    if (this.begun) return;
    this.begun = true;
    this.isEvents = true;
    this.res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  }

  /** Closes an event that broke off, so that another event can follow. */
  closeOpenEvent(): void {
    const end = this.passed.events?.break() ?? '';
    if (end !== '') this.res.write(Buffer.from(end, 'latin1'));
  }

  /** Writes a message of the gateway to an event stream. */
  writeMessage(message: unknown): void {
    this.closeOpenEvent();
    this.res.write(writeEvent(message));
  }

  /** Writes the error as the answer to the JSON-RPC requests with these ids, and records it as the request's refusal. */
  refuse(error: GatewayError, ids: readonly (RpcId | undefined)[]): void {
    this.request.refusal = error;
    for (const id of ids) this.writeMessage(rpcError(error, this.request.id, id));
  }

  end(): void {
    this.#part?.release();
    this.res.end();
  }

  /** Ends the answer in place of its server. An answer that the client could take for complete is aborted instead. */
  close(): void {
    if (this.isEvents) return this.end();
    this.abort();
  }

  /** Aborts the answer, as a broken connection of the server does. */
  abort(): void {
    this.#part?.release();
    this.res.destroy();
  }
}
