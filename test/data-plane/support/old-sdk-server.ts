import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { startUpstream, type Upstream } from './upstream.js';

/** An MCP server on the older transport, with the SDK's legacy line. */
export async function startOldSdkServer(name: string): Promise<Upstream> {
  const transports = new Map<string, SSEServerTransport>();
  return startUpstream(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://server');
    if (req.method === 'GET' && pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', res);
      transports.set(transport.sessionId, transport);
      res.on('close', () => transports.delete(transport.sessionId));
      return mcpServer(name).connect(transport);
    }
    const transport = transports.get(searchParams.get('sessionId') ?? '');
    if (pathname !== '/messages' || !transport) return res.writeHead(404).end();
    return transport.handlePostMessage(req, res);
  });
}

function mcpServer(name: string): McpServer {
  const server = new McpServer({ name, version: '1.0.0' });
  let calls = 0;
  server.registerTool('count', {}, () => ({ content: [{ type: 'text', text: `${name} ${(calls += 1)}` }] }));
  server.registerTool('ask', {}, async () => {
    const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: 'What is it?' } }];
    const { content } = await server.server.createMessage({ messages, maxTokens: 10 });
    return { content: [{ type: 'text', text: JSON.stringify(content) }] };
  });
  return server;
}
