import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';
import { afterEach } from '@jest/globals';

/** As long as the clients of the SDK wait. */
const ANSWER_MS = 60_000;
const RECONNECT = {
  initialReconnectionDelay: 20,
  maxReconnectionDelay: 500,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 10,
};

const open: Client[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close().catch(() => {})));
});

export interface ClientOptions {
  headers?: Record<string, string>;
  fetch?: StreamableHTTPClientTransportOptions['fetch'];
  capabilities?: ClientCapabilities;
  /** Runs before the session opens, because the server may send requests at once. */
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
    reconnectionOptions: RECONNECT,
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
  /** The text of the first content block of a tool's result; empty when there is none. */
  text: string;
  sessionId: string | null;
  retryAfter: string | null;
  error?: { code: number; message: string };
}

const MODERN = '2026-07-28';
const LEGACY = '2025-11-25';
const CLIENT = { name: 'test', version: '1.0.0' };

/** One call of the modern era, which has no sessions. */
export function callModern(url: string, name: string, args = {}, more: Record<string, string> = {}): Promise<Answer> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientInfo': CLIENT,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const headers = { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'tools/call', 'Mcp-Name': name, ...more };
  return post(url, headers, 'tools/call', { name, arguments: args, _meta });
}

/** Opens a session of the legacy era, without a client that would continue from there. */
export function initialize(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return post(url, headers, 'initialize', { protocolVersion: LEGACY, capabilities: {}, clientInfo: CLIENT });
}

/** One call within a session, without a client that would retry or reconnect. */
export const callInSession = (url: string, sessionId: string, name: string, args = {}): Promise<Answer> =>
  post(url, inSession(sessionId), 'tools/call', { name, arguments: args });

/** The same for a tool that reports progress: resolves with the rest of the answer when the answer has begun. */
export async function beginInSession(url: string, sessionId: string, name: string, args = {}) {
  const params = { name, arguments: args, _meta: { progressToken: 1 } };
  const { body } = await send(url, inSession(sessionId), 'tools/call', params);
  const reader = (body as NonNullable<typeof body>).getReader();
  await reader.read();
  const rest = (async () => {
    let text = '';
    for (let read = await reader.read(); !read.done; read = await reader.read())
      text += Buffer.from(read.value).toString();
    return text;
  })();
  rest.catch(() => {}); // the caller of `rest` gets the error
  return { rest };
}

const inSession = (sessionId: string) => ({ 'MCP-Protocol-Version': LEGACY, 'Mcp-Session-Id': sessionId });

function send(url: string, headers: Record<string, string>, method: string, params: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
}

async function post(url: string, headers: Record<string, string>, method: string, params: object): Promise<Answer> {
  const response = await send(url, headers, method, params);
  const body = await response.text();
  const json = body.startsWith('{') ? body : (/^data: (\{.*\})$/m.exec(body)?.[1] ?? '{}');
  const { result, error } = JSON.parse(json) as {
    result?: { content?: { text?: string }[] };
    error?: { code: number; message: string };
  };
  return {
    status: response.status,
    text: result?.content?.[0]?.text ?? '',
    sessionId: response.headers.get('mcp-session-id'),
    retryAfter: response.headers.get('retry-after'),
    ...(error && { error }),
  };
}
