const LINE_FEED = 0x0a;

export interface LineListener {
  /** One line without its end. */
  line(line: Buffer): void;
  /** A line has more bytes than it may; the rest of it is skipped. Called once for each such line. */
  tooLong(): void;
}

/** Splits bytes into lines. Lines are whole before anyone decodes them, so a chunk may end within a character. */
export class LineReader {
  #parts: Buffer[] = [];
  #size = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly listener: LineListener,
  ) {}

  add(chunk: Buffer): void {
    for (let from = 0; ;) {
      const end = chunk.indexOf(LINE_FEED, from);
      this.#append(chunk.subarray(from, end === -1 ? chunk.length : end));
      if (end === -1) return;
      this.end();
      from = end + 1;
    }
  }

  /** Reports the line that has begun, if there is one. */
  end(): void {
    const isWhole = this.#size > 0 && this.#size <= this.maxBytes;
    const parts = this.#parts;
    this.#parts = [];
    this.#size = 0;
    if (isWhole) this.listener.line(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
  }

  #append(piece: Buffer): void {
    if (piece.length === 0) return;
    const was = this.#size;
    this.#size += piece.length;
    if (this.#size <= this.maxBytes) this.#parts.push(piece);
    else if (was <= this.maxBytes) {
      this.#parts = [];
      this.listener.tooLong();
    }
  }
}
