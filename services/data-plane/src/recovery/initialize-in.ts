import { readMessage } from '@mcp-gateway/protocol';

/**
 * The text, when it is an initialize message and nothing else; null for everything that a server may have opened a session
 * upon. A session is begun anew by saying this again, so it must not be anything that acts.
 */
export function initializeIn(text: string | null): string | null {
  if (text === null) return null;
  const message = readMessage(text);
  return message.kind === 'request' && message.method === 'initialize' ? text : null;
}
