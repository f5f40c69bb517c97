/** In Latin-1, as everything here. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf';
/** Longer ones are of no use as a header. */
const MAX_ID_LENGTH = 1_024;
const FIELDS = ['data:', 'id:'];

/**
 * Reads an event stream as it comes, in whatever pieces, and keeps none of it (HTML, server-sent events, interpreting an event
 * stream). Tells the data, in pieces and as Latin-1; other fields than `data` and `id` do not matter here.
 */
export class EventReader {
  /** The id of the last event that was complete and had one; empty when the server has taken ids back. */
  lastId: string | undefined;
  /** Something has come since the last event was complete. */
  #isWithinEvent = false;
  #isFirstLine = true;
  /** Of the event that is not complete. */
  #id: string | undefined;
  #field: 'data' | 'id' | 'other' | undefined;
  /** What has come of the line: until its field is known, and then of an id. */
  #line = '';
  /** A line feed that comes next belongs to the end of the line before. */
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
   * What to write where the stream has broken off, so that another one can follow: an event that is not complete cannot be taken
   * back, but it can be given a type that no client of MCP listens to, and the id of the event before it; `idBefore` when that
   * was in another stream.
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
