import { beforeEach, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { createMcpHandler, fromJsonSchema, McpServer, type McpHttpHandler } from '@modelcontextprotocol/server';
import { afterTest } from '../support/clean-up.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { lastSeen } from './support/session-server.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const IN_REGION = fromJsonSchema<{ region: string }>({
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  required: ['region'],
} as never);

describe('a client of the stateless revision whose requests alternate between two data planes', () => {
  let upstream: Upstream;
  let handler: McpHttpHandler;
  let gateway: Gateway;
  let client: Client;
  let cancelled: string[];

  beforeEach(async () => {
    cancelled = [];
    handler = createMcpHandler(mcpServer, { legacy: 'reject' });
    afterTest(() => handler.close());
    const serve = toNodeHandler(handler);
    upstream = await startUpstream((req, res) => serve(req as NodeIncomingMessageLike, res));
    gateway = await startGateway({ routes: [routeTo(upstream.endpoint)] });
    const urls = [gateway.url, (await gateway.join()).url];
    client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    let requests = 0;
    const transport = new StreamableHTTPClientTransport(new URL(`${gateway.url}/adapters/echo/mcp`), {
      requestInit: { headers: { 'x-dev-userid': 'alice', 'mcp-session-id': 'made-up' } },
      fetch: (url, init) => fetch(String(url).replace(gateway.url, urls[requests++ % 2] as string), init),
    });
    afterTest(() => client.close());
    await client.connect(transport);
  });

  function mcpServer(): McpServer {
    const server = new McpServer({ name: 'modern', version: '1.0.0' });
    server.registerTool('where', { inputSchema: IN_REGION }, ({ region }) => ({
      content: [{ type: 'text', text: region }],
    }));
    server.registerTool('endless', {}, async ({ mcpReq: { signal } }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cancelled.push('endless');
      return { content: [] };
    });
    return server;
  }

  it('discovers the server, and gets no session', async () => {
    expect(client.getServerVersion()?.name).toBe('modern');
    expect(lastSeen(upstream).header('mcp-method')).toEqual(['server/discover']);
    expect(upstream.seen.flatMap(({ header }) => header('mcp-session-id'))).toEqual([]);
  });

  it('has its argument headers reach the server, in any script', async () => {
    await client.listTools();
    for (const region of ['eu-west', '王 é']) {
      expect(await client.callTool({ name: 'where', arguments: { region } })).toMatchObject({
        content: [{ text: region }],
      });
    }
    expect(lastSeen(upstream).header('mcp-param-region')).toEqual([expect.stringMatching(/^=\?base64\?.*\?=$/)]);
    expect(lastSeen(upstream).header('mcp-name')).toEqual(['where']);
  });

  it('receives changes while it listens', async () => {
    let changes = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => void (changes += 1));
    const subscription = await client.listen({ toolsListChanged: true });
    for (let count = 1; count <= 3; count += 1) {
      handler.notify.toolsChanged();
      await waitFor('the change', () => changes === count);
    }
    const { cut } = lastSeen(upstream);
    await subscription.close();
    await expect(cut).resolves.toBeUndefined();
  });

  it('cancels a call by disconnecting, which ends the request at the server', async () => {
    const leave = new AbortController();
    const call = client.callTool({ name: 'endless', arguments: {} }, { signal: leave.signal });
    await waitFor('the call', () => lastSeen(upstream).header('mcp-name').includes('endless'));
    leave.abort();
    await expect(call).rejects.toBeDefined();
    await waitFor('the server to receive it', () => cancelled.length === 1);
  });
});
