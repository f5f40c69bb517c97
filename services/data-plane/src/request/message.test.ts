import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { bufferBody, MAX_BUFFERED_BYTES } from './buffer-body.js';
import { openContext } from './context.js';
import { calledTools, messageOf } from './message.js';

const call = (name: string, id = 1) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });

/** The context of a request with this body. */
function requestWith(text: string) {
  const req = Object.assign(Readable.from([Buffer.from(text)]), { headers: {}, socket: {}, httpVersion: '1.1' });
  const res = new Readable() as unknown as ServerResponse;
  const context = openContext(req as unknown as IncomingMessage, res, []);
  context.body = { req: context.req, maxBytes: 1024 * 1024, length: text.length };
  return context;
}

it('reads the message once, and leaves the body to forward', async () => {
  const text = JSON.stringify(call('add'));
  const context = requestWith(text);
  const message = await messageOf(context);
  expect(message).toMatchObject({ kind: 'request', id: 1, method: 'tools/call' });
  expect(messageOf(context)).toBe(message);
  expect((await bufferBody(context.body)).bytes?.toString()).toBe(text);
});

it('does not read what is too long to buffer, and forwards it whole', async () => {
  const text = JSON.stringify(call('x'.repeat(MAX_BUFFERED_BYTES)));
  const context = requestWith(text);
  expect(await messageOf(context)).toEqual({ kind: 'unreadable' });
  const { body } = await bufferBody(context.body);
  expect(String(await buffer(body as Readable))).toBe(text);
});

it('has no message without a body', () => {
  const context = requestWith('');
  context.body = null;
  expect(messageOf(context)).toEqual({ kind: 'unreadable' });
});

it.each([
  ['a call', call('add'), ['add']],
  ['a batch', [call('add'), { jsonrpc: '2.0', id: 2, method: 'ping' }, call('echo', 3)], ['add', 'echo']],
  ['a call without a name', { ...call(''), params: {} }, []],
  ['another request', { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { name: 'add' } }, []],
])('knows the tools that %s calls', async (_of, body, tools) => {
  expect(calledTools(await messageOf(requestWith(JSON.stringify(body))))).toEqual(tools);
});

it.each([
  ['the tool that call_tool names', callOf('call_tool', { name: 'pay', arguments: {} }), ['pay']],
  ['the tool that is called itself', callOf('pay', { name: 'other' }), ['pay']],
  ['call_tool, if that names none', callOf('call_tool', { name: 7 }), ['call_tool']],
  ['call_tool without arguments', callOf('call_tool', undefined), ['call_tool']],
  ['the tool within only once', callOf('call_tool', { name: 'call_tool', arguments: { name: 'pay' } }), ['call_tool']],
])('in a toolset with a search, knows %s', async (_of, body, tools) => {
  expect(calledTools(await messageOf(requestWith(JSON.stringify(body))), true)).toEqual(tools);
});

function callOf(name: string, given: unknown) {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } };
}
