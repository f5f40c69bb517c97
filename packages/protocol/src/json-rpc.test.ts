import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import { isRepeatable, messagesOf, readMessage, rpcErrorBody, type Message } from './json-rpc.js';

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

const request = (method: string): Message => ({ kind: 'request', id: 1, method, params: {} });
const notification = (method: string): Message => ({ kind: 'notification', method, params: {} });

const TWICE: Message[] = [
  ...['ping', 'tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'tasks/list'].map(request),
  ...['resources/read', 'prompts/get', 'completion/complete', 'logging/setLevel'].map(request),
  ...['resources/subscribe', 'resources/unsubscribe'].map(request),
  ...['notifications/initialized', 'notifications/cancelled', 'notifications/progress'].map(notification),
  notification('notifications/roots/list_changed'),
  { kind: 'response', id: 1 },
  { kind: 'batch', messages: [request('ping'), { kind: 'response', id: 1 }] },
];

const ONCE: Message[] = [
  ...['tools/call', 'initialize', 'tasks/cancel', 'vendor/list2', 'list', 'toString'].map(request),
  notification('vendor/pay'),
  { kind: 'unreadable' },
  { kind: 'batch', messages: [request('ping'), request('tools/call')] },
];

it.each(TWICE.map((message) => [JSON.stringify(message), message] as const))(
  'a message may run twice: %s',
  (_, message) => {
    expect(isRepeatable(message)).toBe(true);
  },
);

it.each(ONCE.map((message) => [JSON.stringify(message), message] as const))(
  'a message must not run twice: %s',
  (_, message) => {
    expect(isRepeatable(message)).toBe(false);
  },
);

it('writes a JSON-RPC error without an id, with a machine-readable code', () => {
  expect(JSON.parse(rpcErrorBody(new GatewayError('SESSION_NOT_FOUND'), 'r-1'))).toStrictEqual({
    jsonrpc: '2.0',
    id: null,
    error: {
      code: -32004,
      message: 'There is no such session; initialize a new one',
      data: { code: 'SESSION_NOT_FOUND', requestId: 'r-1' },
    },
  });
});

it('answers the request, or each request of a batch', () => {
  const idsOf = (requestId: string | number | (string | number)[]) => {
    const answer = JSON.parse(rpcErrorBody(new GatewayError('UPSTREAM_GONE', { rpcId: requestId }), 'r-1')) as {
      id: unknown;
    };
    return Array.isArray(answer) ? answer.map(({ id }: { id: unknown }) => id) : answer.id;
  };
  expect(idsOf(0)).toBe(0);
  expect(idsOf(['a', 2])).toEqual(['a', 2]);
  expect(idsOf(['a'])).toEqual(['a']);
});

it('answers a request whose id is not a safe integer with the exact id', () => {
  const error = new GatewayError('UPSTREAM_GONE', { rpcId: 9007199254740993n });
  expect(rpcErrorBody(error, 'r-1')).toContain('"id":9007199254740993,');
});

it('says what to do, and hides the internal cause', () => {
  const error = new GatewayError('UNAVAILABLE', { detail: 'try again', cause: new Error('password=hunter2') });
  expect(rpcErrorBody(error, 'r-1')).toContain('"A part that this request needs is not available: try again"');
  expect(rpcErrorBody(error, 'r-1')).not.toContain('hunter2');
});
