import { describe, expect, it } from '@jest/globals';
import { announcesEventStream, isEventStream, readEvents, writeEvent } from './event-stream.js';

describe('an event stream', () => {
  it.each([
    ['nothing', '', [], ''],
    ['one event', 'data: a\n\n', [{ type: '', data: 'a' }], ''],
    [
      'all ends of line',
      'data: a\r\n\r\ndata: b\r\rdata: c\n\n',
      ['a', 'b', 'c'].map((data) => ({ type: '', data })),
      '',
    ],
    [
      'mixed ends of line',
      'data: a\n\r\ndata: b\r\n\ndata: c',
      ['a', 'b'].map((data) => ({ type: '', data })),
      'data: c',
    ],
    ['a type and an id', 'event: message\nid: 7\ndata: {}\n\n', [{ type: 'message', data: '{}' }], ''],
    ['several lines of data', 'data: a\ndata:b\ndata\n\n', [{ type: '', data: 'a\nb\n' }], ''],
    ['a colon in the data', 'data: {"a":"b: c"}\n\n', [{ type: '', data: '{"a":"b: c"}' }], ''],
    ['comments and events without data', ': ping\n\nid: 1\nretry: 5\n\n', [], ''],
    ['a byte order mark first', '\ufeffdata: a\n\n', [{ type: '', data: 'a' }], ''],
    ['half an event', 'data: a\n\nevent: message\ndata: b\n', [{ type: '', data: 'a' }], 'event: message\ndata: b\n'],
    ['half an end of line', 'data: a\r\n\r', [{ type: '', data: 'a' }], ''],
  ])('is parsed: %s', (_what, text, events, rest) => {
    expect(readEvents(text)).toEqual({ events, rest });
  });

  it('is the same after writing and parsing', () => {
    const message = { jsonrpc: '2.0', id: 1, result: { text: 'a\nb\r\n\u2028' } };
    const { events, rest } = readEvents(writeEvent(message));
    expect({ rest, messages: events.map(({ data }) => JSON.parse(data) as unknown) }).toEqual({
      rest: '',
      messages: [message],
    });
  });
});

describe('a body', () => {
  it.each([
    ['text/event-stream', true],
    ['Text/Event-Stream; charset=utf-8', true],
    [' text/event-stream ;x', true],
    ['text/event-streams', false],
    ['application/json', false],
    [undefined, false],
  ])('of the type %s is an event stream: %s', (contentType, is) => {
    expect(isEventStream(contentType)).toBe(is);
    expect(announcesEventStream(contentType === undefined ? [] : ['A', 'b', 'Content-Type', contentType])).toBe(is);
  });
});
