import { EventReader, type RequestId, ResponseReader } from '@mcp-gateway/protocol';
import { tailBuffer } from './tail-buffer.js';

/** How much of an answer is kept unread, in bytes: most answers are never read. */
const MAX_UNREAD_BYTES = 64 * 1024;

/**
 * What has passed of an event stream, for when it breaks off. An answer is read only then, and before that as far as it is
 * more than may be kept; the server's own stream, which stays open for hours, is read as it passes, and nothing of it kept. So is
 * one that a client has resumed, which may bring answers: these are told.
 */
export class SseTracker {
  readonly #answered = new Set<RequestId>();
  readonly #response = new ResponseReader();
  readonly #unread = tailBuffer(MAX_UNREAD_BYTES, (chunk) => this.#reader.add(chunk));
  #reader: EventReader;
  #idBefore: string | undefined;
  /** False when no event has an id, for certain; costs less than to read them. */
  mayHaveIds = false;
  /** The last two bytes: what is looked for may be in two chunks. */
  #end = '';

  constructor(
    private readonly kind: 'answer' | 'stream' | 'resumed',
    private readonly onAnswered: (id: RequestId) => void = () => {},
  ) {
    this.#reader = this.#newReader();
  }

  add(chunk: Buffer): void {
    if (this.kind !== 'answer') return this.#reader.add(chunk);
    if (!this.mayHaveIds) {
      this.mayHaveIds = chunk.includes('id:') || (this.#end + chunk.toString('latin1', 0, 2)).includes('id:');
      this.#end = (this.#end + chunk.toString('latin1', Math.max(0, chunk.length - 2))).slice(-2);
    }
    this.#unread.add(chunk);
  }

  /** The ids of the requests that have been answered, by this server and those before. */
  get answered(): ReadonlySet<RequestId> {
    this.#read();
    return this.#answered;
  }

  /** Of the last event that was complete and had one, of this server's. */
  get lastId(): string | undefined {
    this.#read();
    return this.#reader.lastId;
  }

  /** What to write after what has passed, so that another server's events may follow: those are added next. */
  break(): string {
    this.#read();
    const ending = this.#reader.ending(this.#idBefore);
    this.#idBefore = this.#reader.lastId ?? this.#idBefore;
    this.#response.end();
    this.#reader = this.#newReader();
    return ending;
  }

  #newReader(): EventReader {
    if (this.kind === 'stream') return new EventReader();
    return new EventReader({
      data: (piece) => this.#response.add(piece),
      end: () => {
        for (const id of this.#response.end()) {
          this.#answered.add(id);
          this.onAnswered(id);
        }
      },
    });
  }

  #read(): void {
    for (const chunk of this.#unread.take()) this.#reader.add(chunk);
  }
}
