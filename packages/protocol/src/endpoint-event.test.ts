import { describe, expect, it } from '@jest/globals';
import { EndpointEvent } from './endpoint-event.js';

const REST = 'event: message\ndata: {"a":"é","event":"endpoint"}\n\n: ping\n\n';
const event = new EndpointEvent((uri) => `<${uri}>`);

function passed(chunks: Buffer[]): string {
  const rewriting = new EndpointEvent((uri) => `<${uri}>`);
  return Buffer.concat(chunks.map((chunk) => rewriting.pass(chunk))).toString('utf8');
}

const streams: [what: string, stream: string, expected: string][] = [
  ['as the SDK writes it', 'event: endpoint\ndata: /message?a=1\n\n', 'event: endpoint\ndata: </message?a=1>\n\n'],
  ['without spaces', 'event:endpoint\ndata:/m\n\n', 'event:endpoint\ndata: </m>\n\n'],
  ['with CRLF', 'event: endpoint\r\ndata: /m\r\n\r\n', 'event: endpoint\r\ndata: </m>\r\n\r\n'],
  ['after a byte order mark', '\ufeffevent: endpoint\ndata: /m\n\n', '\ufeffevent: endpoint\ndata: </m>\n\n'],
  ['with CR', 'event: endpoint\rdata: /m\r\r', 'event: endpoint\rdata: </m>\r\r'],
  ['with blanks at the end', 'event: endpoint \t\ndata: /m\t \t\n\n', 'event: endpoint \t\ndata: </m>\n\n'],
  ['data first, with an id', 'data: /m\nid: 1\nevent: endpoint\n\n', 'data: </m>\nid: 1\nevent: endpoint\n\n'],
  [
    'after comments',
    ': hello\n\n: again\n\nevent: endpoint\ndata: /m\n\n',
    ': hello\n\n: again\n\nevent: endpoint\ndata: </m>\n\n',
  ],
];

describe('the endpoint event of a stream', () => {
  it.each(streams)('gets another URL: %s', (_what, stream, expected) => {
    expect(passed([Buffer.from(stream + REST)])).toBe(expected + REST);
  });

  it.each(streams)('is found in chunks of any size: %s', (_what, stream, expected) => {
    const bytes = [...Buffer.from(stream + REST)].map((byte) => Buffer.of(byte));
    expect(passed(bytes)).toBe(expected + REST);
  });

  it('must come within a limit', () => {
    expect(event.pass(Buffer.from('event: message\ndata: 1\n\nevent: end')).toString()).toBe(
      'event: message\ndata: 1\n\n',
    );
    expect(() => event.pass(Buffer.alloc(20_000, 'x'))).toThrow(RangeError);
  });

  it.each(['event: endpoint\ndata: /n\n\n', 'data: /n\r\nevent:endpoint \r\n', 'id: 1\revent: endpoint\r'])(
    'is refused a second time: %j',
    (again) => {
      const bytes = Buffer.from(`event: endpoint\ndata: /m\n\n${REST}${again}`);
      expect(() => passed([bytes])).toThrow(RangeError);
      expect(() => passed([...bytes].map((byte) => Buffer.of(byte)))).toThrow(RangeError);
    },
  );

  it.each(['data: event: endpoint\n\n', ' event: endpoint\n\n', 'event: endpoints\n\n', ': event: endpoint\n\n'])(
    'is distinguished from other lines: %j',
    (other) => {
      const bytes = Buffer.from(`event: endpoint\ndata: /m\n\n${other}`);
      expect(passed([...bytes].map((byte) => Buffer.of(byte)))).toBe(`event: endpoint\ndata: </m>\n\n${other}`);
    },
  );

  it('is searched in linear time in a line of a million blanks', () => {
    const blanks = ' '.repeat(1_000_000);
    const began = performance.now();
    expect(passed([Buffer.from(`event: endpoint\ndata: /m${blanks}x\n\n`)])).toContain(`data: </m${blanks}x>`);
    expect(performance.now() - began).toBeLessThan(3_000); // a pattern that starts again at each blank takes minutes
  });
});
