import { describe, expect, it } from '@jest/globals';
import { replaced, spanOf } from './json-text.js';

const at = (text: string, ...path: string[]) => {
  const span = spanOf(text, path);
  return span && text.slice(...span);
};

describe('the place of a value in a JSON text', () => {
  it.each([
    ['{"id":1}', ['id'], '1'],
    [' { "a" : { "id" : 2 } , "id" : "x\\"y" } ', ['id'], '"x\\"y"'],
    ['{"a":"\\\\","id":null}', ['id'], 'null'],
    ['{"\\u0069d":-1.5e3}', ['id'], '-1.5e3'],
    ['{"id":1,"id":[{"id":3},"]"]}', ['id'], '[{"id":3},"]"]'],
    ['{"params":{"_meta":{"progressToken":"t"}}}', ['params', '_meta', 'progressToken'], '"t"'],
    ['{"params":[1]}', ['params', 'id'], undefined],
    ['{"a":{"id":1}}', ['id'], undefined],
    ['{}', ['id'], undefined],
    ['[1]', ['id'], undefined],
  ])('%s at %j is %s', (text, path, value) => {
    expect(at(text, ...path)).toBe(value);
  });

  it('is found in every message that JSON.stringify writes', () => {
    const odd = ['"', '\\', '\\"', '}', ']', ',', ':', '{', '€😀', '\u2028'];
    for (const a of odd) {
      for (const b of odd) {
        const message = { [a]: [a, { [b]: a }], id: b + a, params: { [b]: [[a]], id: a } };
        expect(at(JSON.stringify(message, null, 1), 'id')).toBe(JSON.stringify(b + a));
        expect(at(JSON.stringify(message), 'params', 'id')).toBe(JSON.stringify(a));
      }
    }
  });
});

it('replaces values and nothing else', () => {
  const text = '{"n":12345678901234567890,"id":1,"params":{"t" : 2}}';
  const changes = [
    [spanOf(text, ['id']), '"x"'] as const,
    [spanOf(text, ['params', 't']), '77'] as const,
    [undefined, '9'] as const,
  ];
  expect(replaced(text, changes)).toBe('{"n":12345678901234567890,"id":"x","params":{"t" : 77}}');
});
