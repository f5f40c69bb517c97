import { describe, expect, it } from '@jest/globals';
import { failureText, readableLine } from './readable-line.js';

const AT = { time: '2026-11-30T14:15:25.123Z', level: 'warn', service: 'data-plane' };
const line = (fields: object, withStacks = false) =>
  readableLine(`${JSON.stringify({ ...AT, ...fields })}\n`, withStacks).replace(/^\d\d:\d\d:\d\d/, 'TIME');
const STACK = 'Error: gone\n    at one (a.js:1)\n    at two (b.js:2)';

describe('a line of the log for a person', () => {
  it.each<[string, object, string]>([
    ['a sentence', { msg: 'a part ended' }, 'TIME warn data-plane: a part ended\n'],
    [
      'fields',
      { name: 'postgres', pause: 200, text: 'two words', list: [1], msg: 'a part ended' },
      'TIME warn data-plane: a part ended (name postgres, pause 200, text "two words", list [1])\n',
    ],
    [
      'an error without its stack',
      { err: { type: 'Error', message: 'gone', stack: STACK, code: 'ECONNRESET' }, name: 'x', msg: 'failed' },
      'TIME warn data-plane: failed (name x): gone\n',
    ],
    ['an error alone, once', { err: { message: 'gone', stack: STACK }, msg: 'gone' }, 'TIME warn data-plane: gone\n'],
    [
      'an error in a field without its stack',
      { cause: { message: 'gone', stack: STACK }, msg: 'failed' },
      'TIME warn data-plane: failed (cause {"message":"gone"})\n',
    ],
    [
      'one line, whatever a caller sends',
      { err: { message: 'one\n12:00:00 error x: forged' }, path: '/a\n12:00:00 error', msg: 'refused' },
      'TIME warn data-plane: refused (path "/a\\n12:00:00 error"): one 12:00:00 error x: forged\n',
    ],
  ])('has %s', (_what, fields, expected) => {
    expect(line(fields)).toBe(expected);
  });

  it('has the stack on lines of its own where stacks are wanted', () => {
    const shown = line({ err: { message: 'gone', stack: STACK }, msg: 'failed' }, true);
    expect(shown.split('\n')).toEqual([
      'TIME warn data-plane: failed: gone',
      '    Error: gone',
      '        at one (a.js:1)',
      '        at two (b.js:2)',
      '',
    ]);
  });

  it.each(['no JSON\n', '5\n'])('stays as it is when it is %j', (text) => {
    expect(readableLine(text, false)).toBe(text);
  });
});

it('an error that ends a program says why without a stack, or all of it where stacks are wanted', () => {
  const error = new Error('the worker could not start', { cause: new Error('its port is in use') });
  expect(failureText(error, false)).toBe('the worker could not start: its port is in use');
  expect(failureText(error, true)).toContain('readable-line.test');
  expect(failureText(new AggregateError([]), false)).toBe('AggregateError');
});
