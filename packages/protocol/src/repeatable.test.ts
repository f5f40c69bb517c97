import { expect, it } from '@jest/globals';
import type { Message } from './message.js';
import { isRepeatable } from './repeatable.js';

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
