import { beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterTest } from '../support/clean-up.js';
import { startGateway } from './support/gateway.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

/** An MCP server on the older transport, as the SDK's legacy line has it. */
async function startOldSdkServer(name: string): Promise<Upstream> {
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

describe('a client of the SDK on the older HTTP transport, with three replicas', () => {
  let url: string;
  beforeEach(async () => {
    const servers = await Promise.all(['a', 'b', 'c'].map(startOldSdkServer));
    const gateway = await startGateway({ routes: [routeTo(servers.map(({ endpoint }) => endpoint))] });
    url = `${gateway.url}/adapters/echo/sse`;
  });

  async function connect(): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' }, { capabilities: { sampling: {} } });
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      role: 'assistant',
      model: 'none',
      content: { type: 'text', text: 'a llama' },
    }));
    const headers = { 'x-dev-userid': 'alice' };
    const eventSourceInit = {
      fetch: (to: string | URL, init?: RequestInit) =>
        fetch(to, { ...init, headers: { ...(init?.headers as object), ...headers } }),
    };
    await client.connect(new SSEClientTransport(new URL(url), { requestInit: { headers }, eventSourceInit }));
    afterTest(() => client.close());
    return client;
  }
  const textOf = async (client: Client, name: string) =>
    ((await client.callTool({ name })) as { content: { text: string }[] }).content[0]?.text;

  it('has one session, in which the server remembers', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, connect));
    for (const client of clients) {
      const { name = '' } = client.getServerVersion() ?? {};
      for (let n = 1; n <= 3; n += 1) expect(await textOf(client, 'count')).toBe(`${name} ${n}`);
    }
    expect(new Set(clients.map((client) => client.getServerVersion()?.name)).size).toBeGreaterThan(1);
  });

  it('answers what the server asks', async () => {
    expect(await textOf(await connect(), 'ask')).toContain('a llama');
  });
});
