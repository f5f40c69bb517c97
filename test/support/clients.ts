import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';
import { afterEach } from '@jest/globals';

const open: Client[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close().catch(() => {})));
});

export interface ClientOptions {
  headers?: Record<string, string>;
  fetch?: StreamableHTTPClientTransportOptions['fetch'];
  capabilities?: ClientCapabilities;
  /** Before the session is opened, for what the server may ask at once. */
  prepare?: (client: Client) => void;
}

export interface Session {
  client: Client;
  transport: StreamableHTTPClientTransport;
}

/** A client of the SDK's legacy line with an open session; closed after the test. */
export async function connect(url: string, options: ClientOptions = {}): Promise<Session> {
  const { headers = {}, fetch: fetchWith, capabilities = {}, prepare } = options;
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities });
  prepare?.(client);
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    ...(fetchWith && { fetch: fetchWith }),
  });
  open.push(client);
  await client.connect(transport);
  return { client, transport };
}

/** Calls a tool and returns the text of its first content block. */
export async function callText({ client }: Pick<Session, 'client'>, name: string, args = {}): Promise<string> {
  const result = (await client.callTool({ name, arguments: args })) as { content: { type: string; text?: string }[] };
  return result.content[0]?.text ?? '';
}

export const count = async (session: Session): Promise<number> => Number(await callText(session, 'counter'));

export interface Whoami {
  pid: number;
  replica: string;
  authorization: boolean;
  'x-mcp-userid': string;
}

export const whoami = async (session: Session): Promise<Whoami> =>
  JSON.parse(await callText(session, 'whoami')) as Whoami;

export interface Answer {
  status: number;
  result?: { content: { text: string }[] };
  error?: { code: number; message: string };
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** One call of the modern era, which has no sessions. */
export function callModern(url: string, name: string, args = {}): Promise<Answer> {
  const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': name };
  return post(url, headers, { name, arguments: args, _meta: META });
}

/** One call within a session, with no client that would try again or start over. */
export function callInSession(url: string, sessionId: string, name: string, args = {}): Promise<Answer> {
  const headers = { 'MCP-Protocol-Version': '2025-11-25', 'Mcp-Session-Id': sessionId };
  return post(url, headers, { name, arguments: args });
}

async function post(url: string, headers: Record<string, string>, params: object): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  const json = text.startsWith('{') ? text : (/^data: (\{.*\})$/m.exec(text)?.[1] ?? '{}');
  return { status: response.status, ...(JSON.parse(json) as object) };
}
