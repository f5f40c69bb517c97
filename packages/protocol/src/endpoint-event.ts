import { BLANK_LINE, BYTE_ORDER_MARK } from './event-stream.js';

/** Maximum of characters before the endpoint event; only comments may come before it. */
const MAX_HELD = 16 * 1024;
const IS_ENDPOINT = /^event: ?endpoint[ \t]*$/m;
const DATA = /^data: ?(.*)$/m;
/** A line `event: endpoint`, at the beginning or after an end of line. */
const IS_ANOTHER = /(?:^|[\r\n])event: ?endpoint[ \t]*[\r\n]/;
/** Maximum length of an unfinished line that can still become `event: endpoint`. */
const MAX_LINE = 64;

/**
 * Finds the endpoint event of a stream of the older HTTP transport and rewrites its URL (MCP 2024-11-05, transports,
 * HTTP with SSE). All other bytes pass unchanged. A second endpoint event is refused: it would make the client send its
 * messages, and its credentials, to other URLs of the gateway.
 */
export class EndpointEvent {
  #held = '';
  #isFirst = true;
  #found = false;
  /** The beginning of the line that has passed and has not ended. */
  #line = '';

  constructor(private readonly replace: (uri: string) => string) {}

  /**
   * @returns the bytes that can be passed on now
   * @throws RangeError when the stream has no endpoint event at its beginning, or a second one
   */
  pass(chunk: Buffer): Buffer {
    if (this.#found) {
      this.#refuseAnother(chunk.toString('latin1'));
      return chunk;
    }
    this.#held += chunk.toString('latin1'); // a character for each byte
    let passed = '';
    while (!this.#found) {
      const blank = BLANK_LINE.exec(this.#held);
      if (!blank) break;
      const end = blank.index + blank[0].length;
      passed += this.#rewritten(this.#held.slice(0, end));
      this.#held = this.#held.slice(end);
    }
    if (this.#found) {
      this.#refuseAnother(this.#held);
      passed += this.#held;
    }
    if (!this.#found && this.#held.length > MAX_HELD) throw new RangeError('an event stream without an endpoint');
    return Buffer.from(passed, 'latin1');
  }

  #refuseAnother(text: string): void {
    const seen = this.#line + text;
    if (IS_ANOTHER.test(seen)) throw new RangeError('an event stream with a second endpoint');
    const begin = Math.max(seen.lastIndexOf('\n'), seen.lastIndexOf('\r')) + 1;
    this.#line = seen.slice(begin, begin + MAX_LINE);
  }

  #rewritten(block: string): string {
    const mark = this.#isFirst && block.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
    this.#isFirst = false;
    const event = block.slice(mark.length);
    if (!IS_ENDPOINT.test(event)) return block;
    this.#found = true;
    return mark + event.replace(DATA, (_line, value: string) => `data: ${this.replace(withoutTrailingBlanks(value))}`);
  }
}

/** A pattern would start again at each of many blanks, which takes quadratic time. */
function withoutTrailingBlanks(value: string): string {
  let end = value.length;
  while (value[end - 1] === ' ' || value[end - 1] === '\t') end -= 1;
  return value.slice(0, end);
}
