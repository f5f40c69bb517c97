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
 * A byte order mark. A stream may begin with it; it is no part of the first line (HTML, server-sent events, parsing an
 * event stream).
 */
const BYTE_ORDER_MARK = /^\ufeff/;

/** Two ends of line, where `\r\n` counts as one (HTML, server-sent events, parsing an event stream). */
export const BLANK_LINE = /(?:\r\n|\n|\r(?!\n)){2}/;
const END_OF_LINE = /\r\n|\n|\r/;

/** The complete events of the text, and the text after the last of them. Comments and ids are dropped. */
export function readEvents(text: string): { events: ServerSentEvent[]; rest: string } {
  const blocks = text.replace(BYTE_ORDER_MARK, '').split(BLANK_LINE);
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
