import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ServerOptions } from 'node:https';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport, type EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { afterTest } from '../../support/clean-up.js';
import { bodyOf } from '../../support/http.js';
import { startUpstream, type Upstream } from './upstream.js';

export interface SdkServer extends Upstream {
  /** The open sessions, by the server's own ids. */
  sessions: Map<string, McpServer>;
  /** Ends the streams that answer requests, so that clients have to resume. */
  closeStreams: (() => void)[];
}

/** An MCP server with the SDK's legacy line, with sessions and resumable streams; `check` says which requests it lets in. */
export async function startSdkServer(
  check?: (req: IncomingMessage) => Promise<boolean>,
  tls?: ServerOptions,
): Promise<SdkServer> {
  const sessions = new Map<string, McpServer>();
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const closeStreams: (() => void)[] = [];

  async function newSession(): Promise<StreamableHTTPServerTransport> {
    const server = mcpServer(closeStreams);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: inMemory(),
      retryInterval: 10,
      onsessioninitialized: (id) => {
        sessions.set(id, server);
        transports.set(id, transport);
      },
      onsessionclosed: (id) => {
        sessions.delete(id);
        transports.delete(id);
      },
    });
    await server.connect(transport);
    afterTest(() => server.close());
    return transport;
  }

  const upstream = await startUpstream(async (req, res) => {
    if (check && !(await check(req))) return res.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    const text = (await bodyOf(req)).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const known = transports.get(req.headers['mcp-session-id']?.toString() ?? '');
    if (!known && !isInitializeRequest(body)) return res.writeHead(404).end();
    await (known ?? (await newSession())).handleRequest(req, res, body);
  }, tls);
  return { ...upstream, sessions, closeStreams };
}

function mcpServer(closeStreams: (() => void)[]): McpServer {
  const server = new McpServer({ name: 'sdk', version: '1.0.0' }, { capabilities: { logging: {} } });
  const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
  let calls = 0;
  server.registerTool('count', {}, () => text(String(++calls)));
  server.registerTool('ask', {}, async () => {
    const { content } = await server.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'What is it?' } }],
      maxTokens: 10,
    });
    return text(`the client says ${JSON.stringify(content)}`);
  });
  server.registerTool('interrupted', {}, async (extra) => {
    const closed = new Promise<void>((resolve) =>
      closeStreams.push(() => {
        extra.closeSSEStream?.();
        resolve();
      }),
    );
    await closed;
    return text('after all');
  });
  server.registerTool('progress', {}, async ({ _meta, sendNotification }) => {
    for (let progress = 1; progress <= 3; progress++) {
      const params = { progressToken: _meta?.progressToken ?? 0, progress, total: 3 };
      await sendNotification({ method: 'notifications/progress', params });
    }
    return text('done');
  });
  return server;
}

function inMemory(): EventStore {
  const events: { id: string; stream: string; message: JSONRPCMessage }[] = [];
  return {
    async storeEvent(stream, message) {
      const id = `${stream}_${events.length}`;
      events.push({ id, stream, message });
      return id;
    },
    async replayEventsAfter(last, { send }) {
      const at = events.findIndex(({ id }) => id === last);
      const stream = events[at]?.stream ?? '';
      for (const event of events.slice(at + 1)) if (event.stream === stream) await send(event.id, event.message);
      return stream;
    },
  };
}
