import { describe, expect, it } from '@jest/globals';
import { readable } from './call.js';
import { argumentsOf } from './call-arguments.js';

const tool = {
  name: 't',
  inputSchema: {
    type: 'object' as const,
    properties: { n: { type: 'number' }, s: { type: 'string' }, any: {} },
    required: ['n'],
  },
};

describe('the arguments of a call', () => {
  it.each([
    [['n=2'], { n: 2 }],
    [['s=2'], { s: '2' }],
    [['any=[1,2]', 's=a=b'], { any: [1, 2], s: 'a=b' }],
    [['any=plain words', 'other=true'], { any: 'plain words', other: true }],
  ])('%j are %j', (given, args) => {
    expect(argumentsOf(tool, given)).toEqual(args);
  });

  it('may be one JSON object, which others complete', () => {
    expect(argumentsOf(tool, ['n=3'], '{"n": 2, "s": "x"}')).toEqual({ n: 3, s: 'x' });
    expect(() => argumentsOf(tool, [], '[1]')).toThrow('--json takes a JSON object');
    expect(() => argumentsOf(tool, ['n'])).toThrow('"n" is no argument: use key=value.');
  });
});

describe('the result of a call', () => {
  it('is readable, and does not act on the terminal', () => {
    const content = [
      { type: 'text' as const, text: 'one\n\u001b[2Jtwo' },
      { type: 'image' as const, data: 'AAAA', mimeType: 'image/png' },
      { type: 'resource' as const, resource: { uri: 'file:///a', text: 'a\u0007' } },
    ];
    expect(readable({ content })).toBe('one\ntwo\n[image, image/png, 3 bytes; -o json has it]\na');
    expect(readable({ content: [], structuredContent: { a: 1 } })).toBe('{\n  "a": 1\n}');
  });
});
