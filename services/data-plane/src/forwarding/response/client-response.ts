import type { ServerResponse } from 'node:http';
import { type RequestId, writeEvent } from '@mcp-gateway/protocol';
import { ResponsePart, type WholeResponse } from './response-part.js';
import type { SseTracker } from './sse-tracker.js';
import type { TailBuffer } from './tail-buffer.js';
import type { RequestContext } from '../../request/context.js';

/**
 * The answer to one request as its client gets it: what one server says, or several, one after another, when the first went
 * away. Event streams can be continued by another server; other answers are over when their head has gone out.
 */
export class ClientResponse implements WholeResponse {
  /** The head has gone out. */
  begun = false;
  /** It is an event stream that another server, or the gateway, can go on with. */
  isEvents = false;
  #part: ResponsePart | undefined;

  /** `tail` is given all that passes; `events` is what passes when it is an event stream. */
  readonly res: ServerResponse;
  readonly requestId: string;

  constructor(
    { id, res }: Pick<RequestContext, 'id' | 'res'>,
    private readonly passed: { tail?: TailBuffer; events?: SseTracker } = {},
  ) {
    this.res = res;
    this.requestId = id;
  }

  /** Where the next server's answer goes. What the one before still says is no longer listened to. `epoch`: see event-ids.ts. */
  next(epoch = ''): ResponsePart {
    this.#part?.release();
    this.#part = new ResponsePart(this, epoch);
    return this.#part;
  }

  /** Cuts the server off whose answer is passed on now, as if the client had gone. */
  detach(): void {
    this.#part?.detach();
  }

  /** To be told what passes. */
  observe(chunk: Buffer): void {
    this.passed.tail?.add(chunk);
    if (this.isEvents) this.passed.events?.add(chunk);
  }

  /** Which of the requests the client has not got the answer to, as far as that can be seen. */
  unanswered(ids: readonly RequestId[]): RequestId[] {
    return ids.filter((id) => !this.passed.events?.answered.has(id));
  }

  /** The client has got an answer to any request. */
  get hasAnswered(): boolean {
    return (this.passed.events?.answered.size ?? 0) > 0;
  }

  /** The id of the last event that is complete, of those of the last server that has begun to answer. */
  get lastId(): string | undefined {
    return this.passed.events?.lastId;
  }

  /** The same, when requests are left without an answer in an event stream that their client can resume then. */
  resumableFor(buffered: { requestIds: readonly RequestId[] }): { eventId: string; ids: RequestId[] } | undefined {
    if (!this.passed.events?.mayHaveIds) return undefined;
    const eventId = this.#part?.resumeAfter;
    const ids = eventId === undefined ? [] : this.unanswered(buffered.requestIds);
    return eventId === undefined || ids.length === 0 ? undefined : { eventId, ids };
  }

  /** To be called before the gateway says anything that no server has begun to. */
  beginEvents(): void {
    if (this.begun) return;
    this.begun = true;
    this.isEvents = true;
    this.res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  }

  /** Puts an end to an event that has broken off, so that another may follow. */
  closeOpenEvent(): void {
    const end = this.passed.events?.break() ?? '';
    if (end !== '') this.res.write(Buffer.from(end, 'latin1'));
  }

  /** Adds a message of the gateway's own to an event stream. */
  writeMessage(message: unknown): void {
    this.closeOpenEvent();
    this.res.write(writeEvent(message));
  }

  end(): void {
    this.#part?.release();
    this.res.end();
  }

  /** Ends it in its server's place. What cannot be told from a whole answer then is cut off. */
  close(): void {
    if (this.isEvents) return this.end();
    this.abort();
  }

  /** Breaks it off, as when a server's connection breaks. */
  abort(): void {
    this.#part?.release();
    this.res.destroy();
  }
}
