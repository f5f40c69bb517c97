import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** Rejects when the signal aborts; `setTimeout` of node:timers/promises is one implementation. */
export type Wait = (ms: number, value: undefined, options: { signal: AbortSignal }) => Promise<void>;

const inputSchema = z.object({
  seconds: z.number().min(0).max(60).describe('How long to take.'),
  steps: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('How many progress notifications to send; one per second by default.'),
});

export function registerSlow(server: McpServer, wait: Wait): void {
  server.registerTool(
    'slow',
    {
      description: 'Takes the given time and reports progress to a client that asks for it. Can be cancelled.',
      inputSchema,
      annotations: { readOnlyHint: true },
    },
    async ({ seconds, steps = Math.max(1, Math.ceil(seconds)) }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (let step = 1; step <= steps; step++) {
        await wait((seconds * 1000) / steps, undefined, { signal: mcpReq.signal });
        if (progressToken === undefined) continue;
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress: step, total: steps, message: `step ${step} of ${steps}` },
        });
      }
      return { content: [{ type: 'text', text: `Took ${seconds} seconds in ${steps} steps.` }] };
    },
  );
}
