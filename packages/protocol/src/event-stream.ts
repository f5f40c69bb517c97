import { headerValue, type HeaderList } from './header-list.js';

export interface ServerSentEvent {
  /** Empty when the event has no type of its own, which means `message`. */
  type: string;
  data: string;
}

/** Whether a body of this `Content-Type` is an event stream. Media types have no case, and may have parameters (RFC 9110 §8.3.1). */
export const isEventStream = (contentType: string | undefined): boolean =>
  /^[ \t]*text\/event-stream[ \t]*(;|$)/i.test(contentType ?? '');

/** Whether a flat list of headers announces an event stream. */
export const announcesEventStream = (headers: HeaderList): boolean =>
  isEventStream(headerValue(headers, 'content-type'));

/**
 * UTF-8's byte order mark as Latin-1, a character for each byte. A stream may begin with it; it is no part of the first
 * line (HTML, server-sent events, parsing an event stream).
 */
export const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/** Two ends of line, where `\r\n` counts as one (HTML, server-sent events, parsing an event stream). */
export const BLANK_LINE = /(?:\r\n|\n|\r(?!\n)){2}/;
const END_OF_LINE = /\r\n|\n|\r/;

/** The complete events of the text, and the text after the last of them. Comments and ids are dropped. */
export function readEvents(text: string): { events: ServerSentEvent[]; rest: string } {
  const blocks = text.replace(/^\ufeff/, '').split(BLANK_LINE);
  const rest = blocks.pop() ?? '';
  return { events: blocks.map(eventOf).filter(({ data }) => data !== ''), rest };
}

function eventOf(block: string): ServerSentEvent {
  const data: string[] = [];
  let type = '';
  for (const line of block.split(END_OF_LINE)) {
    const [, field, value = ''] = /^([^:]+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    if (field === 'event') type = value;
  }
  return { type, data: data.join('\n') };
}

/** One event of the type `message`. */
export const writeEvent = (message: unknown): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`;

/** Longer ids do not fit into a header. */
const MAX_ID_LENGTH = 1_024;
const FIELDS = ['data:', 'id:'];

/**
 * Parses an event stream in chunks of any size and buffers no data (HTML, server-sent events, interpreting an event
 * stream). Passes the data on in pieces, as Latin-1; fields other than `data` and `id` are ignored.
 */
export class EventReader {
  /** The id of the last complete event that had one; empty when the server has reset it. */
  lastId: string | undefined;
  /** True while an event has begun and is not complete. */
  #isWithinEvent = false;
  #isFirstLine = true;
  /** The id of the incomplete event. */
  #id: string | undefined;
  #field: 'data' | 'id' | 'other' | undefined;
  /** The beginning of the current line: until its field is known, and all of it when the field is `id`. */
  #line = '';
  /** The last line ended with a carriage return, so a line feed that comes next belongs to that end of line. */
  #wasReturn = false;

  constructor(private readonly listener: { data?(piece: string): void; end?(): void } = {}) {}

  add(chunk: Buffer): void {
    const text = chunk.toString('latin1');
    let at = this.#wasReturn && text.startsWith('\n') ? 1 : 0;
    if (text !== '') this.#wasReturn = false;
    let feed = text.indexOf('\n', at);
    let carriage = text.indexOf('\r', at);
    while (at < text.length) {
      if (feed >= 0 && feed < at) feed = text.indexOf('\n', at);
      if (carriage >= 0 && carriage < at) carriage = text.indexOf('\r', at);
      const end = feed < 0 || (carriage >= 0 && carriage < feed) ? carriage : feed;
      this.#part(text.slice(at, end < 0 ? text.length : end));
      if (end < 0) return;
      this.#endLine();
      at = end + 1;
      if (end !== carriage) continue;
      if (at === text.length) this.#wasReturn = true;
      else if (text[at] === '\n') at += 1;
    }
  }

  /**
   * The text that ends a stream which broke off, so that another stream can follow. An incomplete event cannot be taken
   * back; this gives it a type that no MCP client listens to, and the id of the event before it. `idBefore` is that id
   * when the event was in another stream.
   */
  ending(idBefore = ''): string {
    if (!this.#isWithinEvent) return '';
    const isLineOpen = this.#field !== undefined || this.#line !== '';
    const hasId = this.#id !== undefined || this.#field === 'id' || this.#line === 'id';
    return `${isLineOpen ? '\n' : ''}event: incomplete\n${hasId ? `id: ${this.lastId ?? idBefore}\n` : ''}\n`;
  }

  #part(text: string): void {
    if (text === '') return;
    this.#isWithinEvent = true;
    if (this.#field === 'data') return this.listener.data?.(text);
    if (this.#field === 'other' || this.#line.length > MAX_ID_LENGTH) return;
    this.#line += text;
    if (this.#field === 'id') return;
    if (this.#isFirstLine) {
      if (BYTE_ORDER_MARK.startsWith(this.#line)) return;
      if (this.#line.startsWith(BYTE_ORDER_MARK)) this.#line = this.#line.slice(BYTE_ORDER_MARK.length);
      this.#isFirstLine = false;
    }
    if (FIELDS.some((field) => field.startsWith(this.#line) && field !== this.#line)) return;
    const line = this.#line;
    this.#line = '';
    if (line.startsWith('data:')) {
      this.#field = 'data';
      this.listener.data?.(line.slice('data:'.length));
    } else if (line.startsWith('id:')) {
      this.#field = 'id';
      this.#line = line.slice('id:'.length);
    } else this.#field = 'other';
  }

  #endLine(): void {
    const line = this.#isFirstLine ? this.#line.replace(BYTE_ORDER_MARK, '') : this.#line;
    this.#isFirstLine = false;
    this.#line = '';
    if (this.#field === undefined && line === '') return this.#endEvent();
    if (this.#field === 'data') this.listener.data?.('\n');
    if (this.#field === 'id' || line === 'id') {
      const id = this.#field === 'id' ? line.replace(/^ /, '') : '';
      if (!id.includes('\0')) this.#id = line.length > MAX_ID_LENGTH ? '' : id;
    }
    this.#field = undefined;
  }

  #endEvent(): void {
    if (this.#id !== undefined) this.lastId = this.#id;
    this.#id = undefined;
    this.#isWithinEvent = false;
    this.listener.end?.();
  }
}
