import { expect, it } from '@jest/globals';
import { rejectedRpcIds } from './session-settings.js';

const error = { code: -32602, message: 'no such level' };
const message = (id: string | number, what: object) => JSON.stringify({ jsonrpc: '2.0', id, ...what });
const event = (data: string) => `event: message\ndata: ${data}\n\n`;

it.each([
  ['a result', message(1, { result: {} }), false, []],
  ['an error', message(1, { error }), false, [1]],
  ['a batch', `[${message(1, { error })},${message('b', { result: {} })},${message('c', { error })}]`, false, [1, 'c']],
  ['events', event(message(1, { result: {} })) + event(message('1', { error })), true, ['1']],
  ['events of which the first is cut', `0","error":1}\n\n${event(message(2, { error }))}`, true, [2]],
  ['an error without an id', '{"jsonrpc":"2.0","error":{"code":-32700}}', false, []],
  ['what is no message', '[null, 5, "error"]', false, []],
  ['what cannot be read', '\x1f\x8b\x08', false, []],
  ['nothing', '', false, []],
])('%s', (_what, text, isEvents, ids) => {
  expect([...rejectedRpcIds(text, isEvents)]).toEqual(ids);
});
