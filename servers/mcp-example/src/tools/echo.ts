import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

const inputSchema = z.object({ text: z.string() });

export function registerEcho(server: McpServer): void {
  server.registerTool(
    'echo',
    { description: 'Returns the text it is given.', inputSchema, annotations: { readOnlyHint: true } },
    ({ text }) => ({ content: [{ type: 'text', text }] }),
  );
}
