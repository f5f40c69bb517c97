// A stdio server on the SDK of both eras; with the argument `modern`, of 2026-07-28 only.
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const legacy = process.argv.includes('modern') ? 'reject' : 'serve';
serveStdio(
  () => {
    const server = new McpServer(
      { name: 'both-eras', version: '1' },
      { capabilities: { tools: { listChanged: true }, logging: {} } },
    );
    server.registerTool('add', { inputSchema: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => ({
      content: [{ type: 'text', text: String(a + b) }],
    }));
    server.registerTool('grow', {}, () => {
      server.registerTool(`new-${Date.now()}`, {}, () => ({ content: [] }));
      return { content: [{ type: 'text', text: 'grown' }] };
    });
    server.registerTool('slow', { inputSchema: z.object({ ms: z.number() }) }, async ({ ms }, context) => {
      const { progressToken } = context.mcpReq._meta ?? {};
      if (progressToken !== undefined) {
        await context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
      }
      await new Promise((resolve) => void setTimeout(resolve, ms));
      return { content: [{ type: 'text', text: `after ${ms}` }] };
    });
    return server;
  },
  { legacy },
);
