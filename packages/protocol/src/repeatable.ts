import { unreachable } from '@mcp-gateway/common/errors';
import type { Message } from './message.js';

/** Methods that read, or set a state that repeating them does not change (MCP 2025-11-25, server features). */
const REPEATABLE = new Set([
  'ping',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
]);

/** `tools/list`, `resources/templates/list` and all other lists. */
const LISTS = /\/list$/;

/** Whether a server may act on the message twice without a difference, judging by the message alone. */
export function isRepeatable(message: Message): boolean {
  switch (message.kind) {
    case 'request':
    case 'notification':
      return REPEATABLE.has(message.method) || LISTS.test(message.method);
    case 'response':
      return true; // in the session in which the server asked; the server ignores a second answer
    case 'batch':
      return message.messages.every(isRepeatable);
    case 'unreadable':
      return false;
    default:
      return unreachable(message);
  }
}
