import { afterEach } from '@jest/globals';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const open: TestClient[] = [];
afterEach(async () => {
  await Promise.allSettled(open.splice(0).map((client) => client.close()));
});

/** Closed after the test at the latest. */
function untilAfterTest(client: TestClient): TestClient {
  open.push(client);
  return client;
}

const INFO = { name: 'test', version: '1' };

interface CallOptions {
  onprogress?: (progress: { progress: number; total?: number | undefined }) => void;
  signal?: AbortSignal;
}
interface ToolResult {
  content: { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean | undefined;
}
export interface TestClient {
  sessionId: string | undefined;
  serverVersion: string | undefined;
  toolNames(): Promise<string[]>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ToolResult>;
  /** Ends the session with DELETE. */
  endSession(): Promise<void>;
  close(): Promise<void>;
}
type Connect = (url: string, headers?: Record<string, string>) => Promise<TestClient>;

export const connectV1: Connect = async (url, headers = {}) => {
  const client = new ClientV1(INFO);
  const transport = new TransportV1(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  return untilAfterTest({
    sessionId: transport.sessionId,
    serverVersion: client.getServerVersion()?.version,
    toolNames: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args = {}, options = {}) =>
      (await client.callTool({ name, arguments: args }, undefined, options)) as ToolResult,
    endSession: () => transport.terminateSession(),
    close: () => client.close(),
  });
};

export const connectV2 =
  (mode?: 'auto' | { pin: string }): Connect =>
  async (url, headers = {}) => {
    const client = new ClientV2(INFO, mode && { versionNegotiation: { mode } });
    const transport = new TransportV2(new URL(url), { requestInit: { headers } });
    await client.connect(transport);
    return untilAfterTest({
      sessionId: transport.sessionId,
      serverVersion: client.getServerVersion()?.version,
      toolNames: async () => (await client.listTools()).tools.map((tool) => tool.name),
      call: (name, args = {}, options = {}) => client.callTool({ name, arguments: args }, options),
      endSession: () => transport.terminateSession(),
      close: () => client.close(),
    });
  };

export const legacyClients = [
  { client: 'the v1 client', connect: connectV1 },
  { client: 'the v2 client', connect: connectV2() },
];
export const modernClients = [
  { client: 'the v2 client that negotiates', connect: connectV2('auto') },
  { client: 'the v2 client that is pinned to 2026-07-28', connect: connectV2({ pin: '2026-07-28' }) },
];
