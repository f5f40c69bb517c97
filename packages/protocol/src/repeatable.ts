import { unreachable } from '@mcp-gateway/common/errors';
import type { Message } from './message.js';

/** They read, or set what is then as it would have been anyway (MCP 2025-11-25, server features). */
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

/** `tools/list`, `resources/templates/list` and whatever else lists. */
const LISTS = /\/list$/;

/** Whether it makes no difference that a server acts on the message twice, by what the message is alone. */
export function isRepeatable(message: Message): boolean {
  switch (message.kind) {
    case 'request':
    case 'notification':
      return REPEATABLE.has(message.method) || LISTS.test(message.method);
    case 'response':
      return true; // in the session in which the server has asked; it ignores a second answer
    case 'batch':
      return message.messages.every(isRepeatable);
    case 'unreadable':
      return false;
    default:
      return unreachable(message);
  }
}
