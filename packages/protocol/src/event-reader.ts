/** In Latin-1, as all text here. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf';
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

  constructor(private readonly tell: { data?(piece: string): void; end?(): void } = {}) {}

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
    if (this.#field === 'data') return this.tell.data?.(text);
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
      this.tell.data?.(line.slice('data:'.length));
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
    if (this.#field === 'data') this.tell.data?.('\n');
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
    this.tell.end?.();
  }
}
