import type { ServerResponse } from 'node:http';
import { endOfBrokenEvent, readEvents, writeEvent, type RequestId } from '@mcp-gateway/protocol';
import { AnswerPart } from './answer-part.js';
import { longTail, shortTail, type Tail } from './tail.js';

/** How much of an answer is remembered, in bytes: enough for the message that an event stream ends with. */
const MAX_TAIL_BYTES = 64 * 1024;

/**
 * The answer to one request as its client gets it: what one server says, or several, one after another, when the first went
 * away. Event streams can be continued by another server; other answers are over when their head has gone out.
 */
export class ClientAnswer {
  /** The head has gone out. */
  begun = false;
  /** It is an event stream that another server, or the gateway, can go on with. */
  isEvents = false;
  readonly #tail: Tail;
  #part: AnswerPart | undefined;

  /** Of an answer that nobody waits for, such as the server's own stream, only the very end is kept. */
  constructor(
    readonly res: ServerResponse,
    kind: 'answer' | 'stream' = 'answer',
  ) {
    this.#tail = kind === 'answer' ? longTail(MAX_TAIL_BYTES) : shortTail();
  }

  /** Where the next server's answer goes. What the one before still says is no longer listened to. */
  next(): AnswerPart {
    this.#part?.release();
    this.#part = new AnswerPart(this);
    return this.#part;
  }

  /** Cuts the server off whose answer is passed on now, as if the client had gone. */
  detach(): void {
    this.#part?.detach();
  }

  /** Keeps the end of what has passed. */
  remember(chunk: Buffer): void {
    this.#tail.add(chunk);
  }

  /** The end of what has passed. */
  get tail(): string {
    return this.#tail.text();
  }

  /** Which of the requests the client has not got the answer to, as far as that can be seen. */
  unanswered(ids: readonly RequestId[]): RequestId[] {
    const answered = new Set(readEvents(this.tail).events.flatMap(({ data }) => responsesIn(data)));
    return ids.filter((id) => !answered.has(id));
  }

  /** Puts an end to an event that has broken off, so that another may follow. */
  mend(): void {
    const end = endOfBrokenEvent(this.tail);
    if (end === '') return;
    this.remember(Buffer.from(end));
    this.res.write(end);
  }

  /** Adds a message of the gateway's own to an event stream. */
  say(message: unknown): void {
    this.mend();
    const event = writeEvent(message);
    this.remember(Buffer.from(event));
    this.res.write(event);
  }

  end(): void {
    this.#part?.release();
    this.res.end();
  }

  /** Ends it in its server's place. What cannot be told from a whole answer then is cut off. */
  close(): void {
    if (this.isEvents) return this.end();
    this.#part?.release();
    this.res.destroy();
  }
}

/** The ids that the message, or the messages, of an event answer. */
function responsesIn(data: string): RequestId[] {
  try {
    const messages = [JSON.parse(data)].flat() as { id?: RequestId; result?: unknown; error?: unknown }[];
    return messages.flatMap(({ id, result, error }) =>
      id !== undefined && (result !== undefined || error !== undefined) ? [id] : [],
    );
  } catch {
    return [];
  }
}
