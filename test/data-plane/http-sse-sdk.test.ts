import { beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterTest } from '../support/clean-up.js';
import { startGateway } from './support/gateway.js';
import { startOldSdkServer } from './support/old-sdk-server.js';
import { routeTo } from './support/upstream.js';

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

  it('has one session, in which the server keeps its state', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, connect));
    for (const client of clients) {
      const { name = '' } = client.getServerVersion() ?? {};
      for (let n = 1; n <= 3; n += 1) expect(await textOf(client, 'count')).toBe(`${name} ${n}`);
    }
    expect(new Set(clients.map((client) => client.getServerVersion()?.name)).size).toBeGreaterThan(1);
  });

  it('answers requests of the server', async () => {
    expect(await textOf(await connect(), 'ask')).toContain('a llama');
  });
});
