import { fromJsonSchema, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { text } from '../samples.ts';
import { tools, type ToolContext } from '../tools.ts';
import type { Changes } from './changes.ts';
import { registerDocuments } from './documents.ts';
import { registerInputRequired } from './input-required.ts';
import { registerProbes } from './probes.ts';
import { requestStates } from './request-states.ts';

/** A server on the SDK's second line: for one session of the legacy era, or one request of the modern era. */
export function bothErasServer(changes: Changes): McpServer {
  const server = new McpServer(
    { name: 'conformance-both-eras', version: '1.0.0' },
    {
      capabilities: { logging: {}, resources: { subscribe: true } },
      requestState: { verify: requestStates.verify },
    },
  );
  for (const { name, inputSchema, call } of tools) {
    server.registerTool(
      name,
      {
        description: `The suite's ${name}.`,
        inputSchema: fromJsonSchema<Record<string, unknown>>(inputSchema as never),
      },
      async (args, context) => ({ content: await call(args, contextOf(context, server, changes)) }),
    );
  }
  server.registerTool(
    'test_x_mcp_header',
    {
      description: 'Takes its region from a header as well.',
      inputSchema: fromJsonSchema<{ region: string }>({
        type: 'object',
        properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
        required: ['region'],
      } as never),
    },
    ({ region }) => ({ content: [text(`In ${region}.`)] }),
  );
  registerInputRequired(server);
  registerProbes(server, changes);
  registerDocuments(server);
  // Succeeds without an effect: the suite subscribes in the legacy era, and no resource changes there.
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
  return server;
}

const Answer = z.object({ content: z.object({ type: z.literal('text'), text: z.string() }) });

function contextOf({ mcpReq, http }: ServerContext, { server }: McpServer, changes: Changes): ToolContext {
  const progressToken = mcpReq._meta?.progressToken;
  return {
    log: (data) => mcpReq.log('info', data),
    async progress(progress) {
      if (progressToken === undefined) return;
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
    },
    async sample(prompt) {
      const messages = [{ role: 'user' as const, content: text(prompt) }];
      return Answer.parse(await mcpReq.requestSampling({ messages, maxTokens: 100 })).content.text;
    },
    elicit: (message, schema) => mcpReq.elicitInput({ message, requestedSchema: schema as never }),
    endStream: () => http?.closeSSE?.(),
    roots: async () => (await server.listRoots()).roots.map(({ uri }) => uri),
    async touch(uri) {
      if (mcpReq.envelope) changes.publish({ kind: 'resource_updated', uri });
      else await server.sendResourceUpdated({ uri });
    },
    signal: mcpReq.signal,
  };
}
