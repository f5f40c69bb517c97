import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

const inputSchema = z.object({ a: z.number(), b: z.number() });
const outputSchema = z.object({ sum: z.number() });

export function registerAdd(server: McpServer): void {
  server.registerTool(
    'add',
    { description: 'Adds two numbers.', inputSchema, outputSchema, annotations: { readOnlyHint: true } },
    ({ a, b }) => {
      const sum = a + b;
      if (!Number.isFinite(sum)) return { isError: true, content: [{ type: 'text', text: 'The sum is too large.' }] };
      return { content: [{ type: 'text', text: String(sum) }], structuredContent: { sum } };
    },
  );
}
