import { describe, expect, it } from '@jest/globals';
import { ResponseReader } from './response-reader.js';

const result = (id: unknown, value: unknown = {}) => ({ jsonrpc: '2.0', id, result: value });
const LONG = 'x'.repeat(100_000);
const TRAP = { id: 9, result: [{ id: 8, result: {} }], text: '"id":7,"result":{}}]' };

const MESSAGES: [what: string, message: unknown, ids: unknown[]][] = [
  ['a result', result(1), [1]],
  ['an id that is text', result('ä"\\'), ['ä"\\']],
  ['an error', { error: { code: 1, message: LONG }, jsonrpc: '2.0', id: 'a' }, ['a']],
  ['a long result before its id', { result: { text: LONG, list: [LONG, LONG] }, jsonrpc: '2.0', id: 5 }, [5]],
  ['what looks like ids within', result(1, { ...TRAP, list: [TRAP] }), [1]],
  ['a batch', [result(1, TRAP), { jsonrpc: '2.0', method: 'n' }, result('b', [LONG]), null], [1, 'b']],
  ['a request', { jsonrpc: '2.0', id: 1, method: 'ping', params: { result: 1 } }, []],
  ['a notice', { jsonrpc: '2.0', method: 'n', params: TRAP }, []],
  ['more than the buffer holds', { [LONG]: 1, ...result(1) }, []],
];

describe('the reader of a response', () => {
  it.each(MESSAGES)('finds the ids that a message answers: %s', (_what, message, ids) => {
    const reader = new ResponseReader();
    for (const text of [JSON.stringify(message), JSON.stringify(message, undefined, 2)]) {
      const latin1 = Buffer.from(text).toString('latin1');
      for (const length of [1, 5, 1_000_000]) {
        for (let at = 0; at < latin1.length; at += length) reader.add(latin1.slice(at, at + length));
        expect(reader.end()).toEqual(ids);
      }
    }
  });

  it('reads an id that is not a safe integer exactly', () => {
    const reader = new ResponseReader();
    reader.add('[{"id":9007199254740993,"result":{}},{"result":{},"id":9007199254740992}]');
    expect(reader.end()).toEqual([9007199254740993n, 9007199254740992n]);
  });

  it.each(['', '{', '}', ']]]{"id":1,"result":{}}', '{"id":1,"result":{}', '{"id":1,"result":"', 'null', '5'])(
    'finds nothing in an invalid message, and reads the next one: %j',
    (text) => {
      const reader = new ResponseReader();
      reader.add(text);
      expect(reader.end()).toEqual([]);
      reader.add(JSON.stringify(result(1)));
      expect(reader.end()).toEqual([1]);
    },
  );
});
