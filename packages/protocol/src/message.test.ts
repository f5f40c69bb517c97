import { describe, expect, it } from '@jest/globals';
import { messagesOf, readMessage } from './message.js';

const rpc = (fields: object) => ({ jsonrpc: '2.0', ...fields });
const UNREADABLE = { kind: 'unreadable' };

describe('a message of a client', () => {
  it.each([
    [
      'a request',
      rpc({ id: 1, method: 'm', params: { a: 1 } }),
      { kind: 'request', id: 1, method: 'm', params: { a: 1 } },
    ],
    ['one with a text for an id', rpc({ id: 'a', method: 'm' }), { kind: 'request', id: 'a', method: 'm', params: {} }],
    ['one with the id 0', rpc({ id: 0, method: 'm' }), { kind: 'request', id: 0, method: 'm', params: {} }],
    [
      'one whose params are a list',
      rpc({ id: 1, method: 'm', params: [1] }),
      { kind: 'request', id: 1, method: 'm', params: {} },
    ],
    ['a notification', rpc({ method: 'n', params: {} }), { kind: 'notification', method: 'n', params: {} }],
    ['an answer', rpc({ id: 1, result: {} }), { kind: 'response', id: 1 }],
    ['an error', rpc({ id: 'a', error: { code: 1, message: '' } }), { kind: 'response', id: 'a' }],
    ['a request without an id that is one', rpc({ id: null, method: 'm' }), UNREADABLE],
    ['one of another JSON-RPC', { jsonrpc: '1.0', id: 1, method: 'm' }, UNREADABLE],
    ['neither request nor answer', rpc({}), UNREADABLE],
    ['something else', 'text', UNREADABLE],
    ['nothing', null, UNREADABLE],
    [
      'a batch',
      [rpc({ id: 1, method: 'm' }), rpc({ method: 'n' }), 5],
      {
        kind: 'batch',
        messages: [
          { kind: 'request', id: 1, method: 'm', params: {} },
          { kind: 'notification', method: 'n', params: {} },
          UNREADABLE,
        ],
      },
    ],
  ])('is parsed: %s', (_what, body, message) => {
    expect(readMessage(JSON.stringify(body))).toEqual(message);
  });

  it.each(['', '{', '{"jsonrpc":"2.0"', 'undefined'])('is unreadable when it is not JSON: %j', (text) => {
    expect(readMessage(text)).toEqual(UNREADABLE);
  });

  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['1.5', 1.5],
  ])('keeps its id exactly: %s', (source, id) => {
    const text = `{"jsonrpc":"2.0","id":${source},"method":"m"}`;
    expect(readMessage(text)).toEqual({ kind: 'request', id, method: 'm', params: {} });
    expect(readMessage(`[${text}]`)).toEqual({ kind: 'batch', messages: [readMessage(text)] });
  });

  it('is one message, or the messages of a batch', () => {
    const one = readMessage(JSON.stringify(rpc({ method: 'n' })));
    expect(messagesOf(one)).toEqual([one]);
    expect(messagesOf({ kind: 'batch', messages: [one, one] })).toEqual([one, one]);
  });
});
