import { expect, it } from '@jest/globals';
import { isAmbiguous } from './ambiguity.js';

const call = (params: string) => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;

it.each([
  [call('{"name":"a","arguments":{"x":1,"y":{"x":2}}}'), false],
  [call('{"name":"a","arguments":{"l":[{"x":1},{"x":2}]}}'), false],
  [call('{"name":"a","arguments":{"s":"{\\"name\\":1,\\"name\\":2}"}}'), false],
  [call('{"name":"a","arguments":{"Name":"b","x":":","y":":"}}'), false],
  [call('{"name":"a","_meta":{}}'), false],
  ['"name"', false],
  ['[]', false],
  [call('{"name":"a","name":"b"}'), true],
  [call('{"name":"a","n\\u0061me":"b"}'), true],
  [call('{"name":"a","arguments":{"path":"/a","path":"/b"}}'), true],
  [call('{"name":"a","arguments":{"l":[{"x":1,"x":2}]}}'), true],
  [call('{"name":"a","Name":"b"}'), true],
  [call('{"name":"a","ARGUMENTS":{}}'), true],
  ['{"jsonrpc":"2.0","method":"ping","METHOD":"tools/call"}', true],
  ['{"jsonrpc":"2.0","method":"tools/call","param\u017f":{}}', true],
  [`[${call('{"name":"a"}')},${call('{"name":"a","name":"b"}')}]`, true],
])('of the text %s parsers may read several messages: %s', (text, ambiguous) => {
  expect(isAmbiguous(text)).toBe(ambiguous);
});
