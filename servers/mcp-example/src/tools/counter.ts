import type { McpServer } from '@modelcontextprotocol/server';

const description =
  'Counts its calls in this session, from 1, and returns the number. Sessions exist up to protocol version ' +
  '2025-11-25; a client that speaks 2026-07-28 has none and gets an error result.';

export function registerCounter(server: McpServer, era: 'legacy' | 'modern'): void {
  let count = 0; // one server per session, so this belongs to the session
  server.registerTool('counter', { description }, () => {
    // A count per process would look like a session's and change whenever another replica answers.
    if (era === 'modern') {
      return {
        isError: true,
        content: [
          { type: 'text', text: 'Protocol version 2026-07-28 has no sessions, so there is nothing to count in.' },
        ],
      };
    }
    count++;
    return { content: [{ type: 'text', text: String(count) }] };
  });
}
