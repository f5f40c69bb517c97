import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  CreateMessageResultSchema,
  ElicitResultSchema,
  ErrorCode,
  ListRootsResultSchema,
  ListToolsRequestSchema,
  McpError,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { completions } from '../prompts.ts';
import { text } from '../samples.ts';
import { tools, type ToolContext } from '../tools.ts';
import { serveDocuments } from './documents.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** One session's server, on the SDK's legacy line. Uses the low-level class, since only that forwards schemas unchanged. */
export function legacyServer(): Server {
  const server = new Server(
    { name: 'conformance-legacy', version: '1.0.0' },
    {
      capabilities: { tools: {}, prompts: {}, resources: { subscribe: true }, logging: {}, completions: {} },
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(({ name, inputSchema }) => ({ name, inputSchema, description: `The suite's ${name}.` })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
    try {
      return { content: await tool.call(params.arguments ?? {}, contextOf(server, extra)) };
    } catch (error) {
      return { content: [text((error as Error).message)], isError: true };
    }
  });
  server.setRequestHandler(CompleteRequestSchema, ({ params }) => ({
    completion: { values: completions(params.argument.value) },
  }));
  server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
  serveDocuments(server);
  return server;
}

/** Sends everything on the stream of the call itself. */
function contextOf(server: Server, extra: Extra): ToolContext {
  const { progressToken } = extra._meta ?? {};
  return {
    log: (data) => extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } }),
    async progress(progress) {
      if (progressToken === undefined) return;
      await extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: 100 },
      });
    },
    async sample(prompt) {
      if (!server.getClientCapabilities()?.sampling) throw new Error('the client cannot sample');
      const messages = [{ role: 'user' as const, content: text(prompt) }];
      const params = { messages, maxTokens: 100 };
      const { content } = await extra.sendRequest(
        { method: 'sampling/createMessage', params },
        CreateMessageResultSchema,
      );
      return content.type === 'text' ? content.text : content.type;
    },
    elicit(message, schema) {
      if (!server.getClientCapabilities()?.elicitation) throw new Error('the client cannot be asked');
      const params = { message, requestedSchema: schema as never };
      return extra.sendRequest({ method: 'elicitation/create', params }, ElicitResultSchema);
    },
    endStream: () => extra.closeSSEStream?.(),
    async roots() {
      const { roots } = await extra.sendRequest({ method: 'roots/list' }, ListRootsResultSchema);
      return roots.map(({ uri }) => uri);
    },
    touch: (uri) => server.sendResourceUpdated({ uri }),
    signal: extra.signal,
  };
}
