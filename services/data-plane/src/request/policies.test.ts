import type { IncomingMessage } from 'node:http';
import { expect, it } from '@jest/globals';
import { Policy, type Route } from '@mcp-gateway/common/contracts';
import { readMessage } from '@mcp-gateway/protocol';
import { denialOf } from './policies.js';

const principal = { subject: 'bob', name: 'Bob', roles: [], tenant: 'default' };
const call = (id: number, given: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'add', arguments: given },
});
const reasonOf = (when: string, body: unknown, method = 'POST') => {
  const policies = [Policy.parse({ name: 'p', effect: 'deny', when })];
  const route = { kind: 'adapter', name: 'echo', createdBy: 'alice', policies } as unknown as Route;
  const req = { method, headers: {} } as IncomingMessage;
  return denialOf(route, { principal, req, message: readMessage(JSON.stringify(body)) })?.reason;
};
const batch = (length: number, given?: object) => Array.from({ length }, (_, at) => call(at, given));

it('the messages of a batch share what the policies of one request may read', () => {
  const long = { l: Array(100).fill(1), s: 'a'.repeat(4_000) };
  const when = 'arguments.l.exists(x, size(arguments.s) == x)';
  expect(reasonOf(when, call(1, long))).toBeUndefined();
  expect(reasonOf(when, batch(50, long))).toBe('the policy p cannot be evaluated');
});

it('a batch has at most a hundred messages, and each of them counts', () => {
  expect(reasonOf('tool == "delete"', batch(100))).toBeUndefined();
  expect(reasonOf('tool == "delete"', batch(101))).toBe('a batch has more than 100 messages');
  expect(reasonOf('has(arguments.x)', [...batch(99), call(100, { x: 1 })])).toBe('the policy p does not permit it');
  for (const unread of [7, [call(1)], { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 7 } }])
    expect(reasonOf('false', [call(1), unread])).toMatch(/^the body is no JSON-RPC message/);
  expect(reasonOf('true', call(1), 'DELETE')).toBeUndefined();
});
