import { EventReader, type RpcId, ResponseReader } from '@mcp-gateway/protocol';
import { tailBuffer } from './tail-buffer.js';

/** How many bytes of an answer are buffered unparsed: most answers are never parsed. */
const MAX_UNREAD_BYTES = 64 * 1024;

/**
 * Tracks an event stream, for the case that it breaks off. An answer is parsed only after a break, or once it exceeds
 * the buffer. The server's own stream, which stays open for hours, is parsed as it passes, and not buffered. So is a
 * resumed stream, which may bring answers: the tracker reports those.
 */
export class SseTracker {
  readonly #answered = new Set<RpcId>();
  readonly #response = new ResponseReader();
  readonly #unread = tailBuffer(MAX_UNREAD_BYTES, (chunk) => this.#reader.add(chunk));
  #reader: EventReader;
  #idBefore: string | undefined;
  /** False when certainly no event has an id. Cheaper than parsing. */
  mayHaveIds = false;
  /** The last two bytes, because a match may cross two chunks. */
  #end = '';

  constructor(
    private readonly kind: 'answer' | 'stream' | 'resumed',
    private readonly onAnswered: (id: RpcId) => void = () => {},
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

  /** The ids of the requests that this server and those before it have answered. */
  get answered(): ReadonlySet<RpcId> {
    this.#read();
    return this.#answered;
  }

  /** The id of this server's last complete event that had one. */
  get lastId(): string | undefined {
    this.#read();
    return this.#reader.lastId;
  }

  /** The text to write after a break, so that another server's events can follow. The tracker continues with those. */
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
