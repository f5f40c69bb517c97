import { parseMessage, type RequestId } from './message.js';

/** Of what is kept of one message, or of a batch of them. */
const MAX_LENGTH = 16 * 1024;
const QUOTE = 0x22;
/** Cheaper than to parse what has none of them; a backslash may stand for any letter of theirs. */
const MAY_ANSWER = /result|error|\\/;

/**
 * Tells which requests a message answers, or the messages of a batch, however long it is: of the text only the outermost
 * level is kept, where the ids are. Takes pieces of the JSON, as Latin-1.
 */
export class ResponseReader {
  #depth = 0;
  /** Down to which depth the text is kept: one more in a batch. */
  #keptDepth = 1;
  #kept = '';
  #isInString = false;
  #isEscaped = false;

  add(piece: string): void {
    let from = this.#depth <= this.#keptDepth ? 0 : -1;
    for (let at = 0; at < piece.length; at += 1) {
      if (this.#isInString) {
        at = this.#endOfString(piece, at);
        continue;
      }
      switch (piece.charCodeAt(at)) {
        case QUOTE:
          this.#isInString = true;
          break;
        case 0x7b: // {
        case 0x5b: // [
          if (this.#depth === 0) this.#keptDepth = piece[at] === '[' ? 2 : 1;
          if (this.#depth === this.#keptDepth) {
            this.#keep(piece.slice(from, at + 1));
            from = -1;
          }
          this.#depth += 1;
          break;
        case 0x7d: // }
        case 0x5d: // ]
          this.#depth -= 1;
          if (this.#depth === this.#keptDepth) from = at;
          break;
        default:
      }
    }
    if (from >= 0) this.#keep(piece.slice(from));
  }

  /** The ids of the requests that are answered by what has come; begins with the next message. */
  end(): RequestId[] {
    const kept = this.#kept;
    [this.#depth, this.#keptDepth, this.#kept, this.#isInString, this.#isEscaped] = [0, 1, '', false, false];
    return MAY_ANSWER.test(kept) ? answeredBy(Buffer.from(kept, 'latin1').toString('utf8')) : [];
  }

  /** Where the string that `at` is in ends, or the piece. Most of a long message is one string: it is skipped, not walked. */
  #endOfString(piece: string, from: number): number {
    let at = from;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      at += 1;
    }
    let quote = piece.indexOf('"', at);
    for (;;) {
      if (quote >= 0 && quote < at) quote = piece.indexOf('"', at);
      const end = quote < 0 ? piece.length : quote;
      const backslash = piece.slice(at, end).indexOf('\\');
      if (backslash < 0) {
        this.#isInString = quote < 0;
        return end;
      }
      at += backslash + 2;
      if (at > piece.length) {
        this.#isEscaped = true;
        return piece.length;
      }
    }
  }

  /** What is too long cannot be read any more. */
  #keep(text: string): void {
    if (this.#kept.length <= MAX_LENGTH) this.#kept += text.slice(0, MAX_LENGTH);
  }
}

function answeredBy(text: string): RequestId[] {
  try {
    const messages = [parseMessage(text)].flat() as ({ id?: RequestId; result?: unknown; error?: unknown } | null)[];
    return messages.flatMap((message) => {
      const { id, result, error } = message ?? {};
      return id !== undefined && (result !== undefined || error !== undefined) ? [id] : [];
    });
  } catch {
    return [];
  }
}
