import { parseMessage, type RpcId } from './json-rpc.js';

/** Maximum of text that is buffered of one message or batch. */
const MAX_LENGTH = 16 * 1024;
const QUOTE = 0x22;
/**
 * A quick test before parsing: a message without any of these answers nothing. A backslash may encode any of their
 * letters.
 */
const MAY_ANSWER = /result|error|\\/;

/**
 * Finds which requests a message, or a batch, answers, whatever its length. Buffers only the outermost level of the
 * text, which has the ids. Takes pieces of the JSON, as Latin-1.
 */
export class ResponseReader {
  #depth = 0;
  /** Text is buffered down to this depth: one deeper in a batch. */
  #bufferedDepth = 1;
  #buffered = '';
  #isInString = false;
  #isEscaped = false;

  add(piece: string): void {
    let from = this.#depth <= this.#bufferedDepth ? 0 : -1;
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
          if (this.#depth === 0) this.#bufferedDepth = piece[at] === '[' ? 2 : 1;
          if (this.#depth === this.#bufferedDepth) {
            this.#buffer(piece.slice(from, at + 1));
            from = -1;
          }
          this.#depth += 1;
          break;
        case 0x7d: // }
        case 0x5d: // ]
          this.#depth -= 1;
          if (this.#depth === this.#bufferedDepth) from = at;
          break;
        default:
      }
    }
    if (from >= 0) this.#buffer(piece.slice(from));
  }

  /** The ids of the requests that the message answers. The reader then begins with the next message. */
  end(): RpcId[] {
    const buffered = this.#buffered;
    [this.#depth, this.#bufferedDepth, this.#buffered, this.#isInString, this.#isEscaped] = [0, 1, '', false, false];
    return MAY_ANSWER.test(buffered) ? answeredBy(Buffer.from(buffered, 'latin1').toString('utf8')) : [];
  }

  /**
   * The index at which the string around `at` ends, or the piece ends. Most of a long message is one string, so it is
   * skipped in one step.
   */
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

  /** A message that is too long becomes unreadable. */
  #buffer(text: string): void {
    if (this.#buffered.length <= MAX_LENGTH) this.#buffered += text.slice(0, MAX_LENGTH);
  }
}

function answeredBy(text: string): RpcId[] {
  try {
    const messages = [parseMessage(text)].flat() as ({ id?: RpcId; result?: unknown; error?: unknown } | null)[];
    return messages.flatMap((message) => {
      const { id, result, error } = message ?? {};
      return id !== undefined && (result !== undefined || error !== undefined) ? [id] : [];
    });
  } catch {
    return [];
  }
}
