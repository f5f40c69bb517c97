import type { McpServer } from '@modelcontextprotocol/server';

const description =
  'Counts its calls in this session, from 1, and returns the number. Needs a session: a client that speaks protocol ' +
  'version 2026-07-28 has none and gets an error result.';

const NO_SESSION =
  'counter needs a session, and this request has none: protocol version 2026-07-28 has no sessions. ' +
  'Connect with a client that speaks version 2025-11-25 or older, which begins with initialize.';

export function registerCounter(server: McpServer, era: 'legacy' | 'modern'): void {
  let count = 0; // one server per session, so this belongs to the session
  server.registerTool('counter', { description }, () => {
    // A count per process would look like a session's count and change whenever another replica answers.
    if (era === 'modern') {
      return { isError: true, content: [{ type: 'text', text: NO_SESSION }] };
    }
    count++;
    return { content: [{ type: 'text', text: String(count) }] };
  });
}
