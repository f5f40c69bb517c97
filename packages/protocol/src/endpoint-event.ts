import { BLANK_LINE } from './event-stream.js';

/** Nothing but comments comes before it. */
const MAX_HELD = 16 * 1024;
/** UTF-8's, a character for each byte; a stream may begin with it, and it is not part of the first line then. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf';
const IS_ENDPOINT = /^event: ?endpoint[ \t]*$/m;
const DATA = /^data: ?(.*)$/m;
/** A line that names another one, after an end of line or at the beginning. */
const IS_ANOTHER = /(?:^|[\r\n])event: ?endpoint[ \t]*[\r\n]/;
/** Of a line that has not ended: more than the name of such an event takes. */
const MAX_LINE = 64;

/**
 * Finds the event with which a stream of the older HTTP transport says where to send messages, and puts another place into
 * it (MCP 2024-11-05, transports, HTTP with SSE). All other bytes pass as they are. A second such event is refused: it would have
 * the client send its messages, and its credentials, to what else the gateway serves.
 */
export class EndpointEvent {
  #held = '';
  #isFirst = true;
  #found = false;
  /** What the last line begins with that has passed and has not ended. */
  #line = '';

  constructor(private readonly replace: (uri: string) => string) {}

  /**
   * @returns what can be passed on now
   * @throws RangeError when too much has come without it, or it comes again
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

/** Not by a pattern, which would try again from each of many blanks. */
function withoutTrailingBlanks(value: string): string {
  let end = value.length;
  while (value[end - 1] === ' ' || value[end - 1] === '\t') end -= 1;
  return value.slice(0, end);
}
