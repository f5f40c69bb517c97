import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach } from '@jest/globals';

const open: Client[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close().catch(() => {})));
});

export interface ClientOptions {
  headers?: Record<string, string>;
  fetch?: typeof fetch;
  capabilities?: ConstructorParameters<typeof Client>[1];
}

/** A client of the SDK with an open session; closed after the test. */
export async function connect(url: string, { headers = {}, fetch: fetchWith, capabilities }: ClientOptions = {}) {
  const client = new Client({ name: 'test', version: '1.0.0' }, capabilities);
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    ...(fetchWith && { fetch: fetchWith }),
  });
  // The SDK's own types disagree under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client['connect']>[0]);
  open.push(client);
  return { client, transport };
}

/** Calls a tool and returns the text of its first content block. */
export async function callText(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const result = (await client.callTool({ name, arguments: args })) as { content: { type: string; text?: string }[] };
  return result.content[0]?.text ?? '';
}
