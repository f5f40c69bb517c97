import { describe, expect, it } from '@jest/globals';
import { announcesEventStream, EventReader, isEventStream, readEvents, writeEvent } from './event-stream.js';

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

interface Read {
  reader: EventReader;
  events: string[];
}

function read(text: string, pieceLength = text.length): Read {
  const events: string[] = [];
  let data = '';
  const reader = new EventReader({
    data: (piece) => void (data += piece),
    end: () => {
      if (data.trim() !== '') events.push(Buffer.from(data.trim(), 'latin1').toString());
      data = '';
    },
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceLength) reader.add(bytes.subarray(at, at + pieceLength));
  return { reader, events };
}

const STREAMS: [what: string, text: string, events: string[], lastId: string | undefined][] = [
  ['nothing', '', [], undefined],
  ['one event', 'data: a\n\n', ['a'], undefined],
  ['all ends of line', 'data: a\r\n\r\ndata: b\r\rdata: c\n\n', ['a', 'b', 'c'], undefined],
  ['mixed ends of line', 'data: a\n\r\ndata: b\r\n\ndata: c', ['a', 'b'], undefined],
  ['a type and an id', 'event: message\nid: 7\ndata: {}\n\n', ['{}'], '7'],
  ['several lines of data', 'data: a\ndata:b\ndata\n\n', ['a\nb'], undefined],
  ['what only begins like data', 'dat: a\ndatas: b\n: data: c\ndata: d\n\n', ['d'], undefined],
  ['more than ASCII', 'data: Zürich 日本\nid: ü\n\n', ['Zürich 日本'], Buffer.from('ü').toString('latin1')],
  ['a byte order mark first', '\ufeffdata: a\n\n', ['a'], undefined],
  ['nothing but a byte order mark', '\ufeff\n\n', [], undefined],
  ['an id without data, as of a server that only primes', 'id: 1\ndata:\n\n', [], '1'],
  ['the id of the last event that is complete', 'id: 1\n\nid: 10', [], '1'],
  ['one that was given up again', 'id: 1\n\nid\n\n', [], ''],
  ['the last of two ids', 'id: 1\nid:2\ndata: a\n\n', ['a'], '2'],
  ['an id that none may have', 'id: 1\n\nid: 2\0\n\n', [], '1'],
  ['an id that is too long', `id: 1\n\nid: ${'x'.repeat(2_000)}\n\n`, [], ''],
  ['an event that has none', 'id: 1\n\ndata: a\n\n', ['a'], '1'],
];

describe('an event stream', () => {
  it.each(STREAMS)('is parsed as it arrives: %s', (_what, text, events, lastId) => {
    for (const pieceLength of [1, 2, 3, 7, 4_000]) {
      const { reader, ...seen } = read(text, pieceLength);
      expect({ pieceLength, lastId: reader.lastId, ...seen }).toEqual({ pieceLength, lastId, events });
    }
  });
});

/** The last id at a client: the id of the last complete event (HTML, dispatchMessage). */
const idOfClient = (text: string) => read(text).reader.lastId;

describe('an event stream that broke off', () => {
  const LATER = 'data: later\n\n';

  it.each(['', 'data: a\n\n', 'data: a\r\n\r\n', 'data: a\r\r', ': ping\n\n', 'data: a\n\r\n', '\n'])(
    'between two events needs nothing to close: %j',
    (text) => {
      expect(read(text).reader.ending()).toBe('');
    },
  );

  it.each([
    ['data: {"half', '\nevent: incomplete\n\n'],
    ['event: message\ndata: {"whole":1}\n', 'event: incomplete\n\n'],
    ['event: message\ndata: {"whole":1}\r\n', 'event: incomplete\n\n'],
    ['event: message\ndata: {"whole":1}\r', 'event: incomplete\n\n'],
    ['event: mess', '\nevent: incomplete\n\n'],
    [': comm', '\nevent: incomplete\n\n'],
    ['data: a\n\ndata: b', '\nevent: incomplete\n\n'],
    ['id: 1\n\ndata: b', '\nevent: incomplete\n\n'],
    ['id: 1', '\nevent: incomplete\nid: \n\n'],
    ['id: 100\n\nid: 10', '\nevent: incomplete\nid: 100\n\n'],
    ['id: 100\n\nid: 101\nda', '\nevent: incomplete\nid: 100\n\n'],
    ['id: 100\n\nid', '\nevent: incomplete\nid: 100\n\n'],
  ])('within an event is closed so that clients ignore the event and its id: %j', (text, ending) => {
    for (const pieceLength of [1, 4_000]) {
      const { reader, events: before } = read(text, pieceLength);
      expect(reader.ending()).toBe(ending);
      const { events, rest } = readEvents(text + ending + LATER);
      const received = events.filter(({ type }) => type === '' || type === 'message').map(({ data }) => data);
      expect({ received, rest }).toEqual({ received: [...before, 'later'], rest: '' });
      expect(idOfClient(text + ending + LATER) || undefined).toBe(reader.lastId);
    }
  });

  it('after another stream leaves its client with the last id of that stream', () => {
    expect(read('id: 1').reader.ending('of the one before')).toBe('\nevent: incomplete\nid: of the one before\n\n');
  });
});
