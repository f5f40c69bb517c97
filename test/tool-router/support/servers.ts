import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { PublishedTool } from '@mcp-gateway/common/contracts';
import { toNodeHandler, type FetchLikeMcpHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { createMcpHandler, WebStandardStreamableHTTPServerTransport, type Server } from '@modelcontextprotocol/server';
import { afterTest } from '../../support/clean-up.js';

export interface RunningServer {
  url: string;
  /** Ends it and all its connections. */
  stop(): Promise<void>;
}

/** A server on a free port of this machine, which ends with the test. */
export async function startServer(
  serve: (req: IncomingMessage, res: ServerResponse) => unknown,
  port = 0,
): Promise<RunningServer> {
  const server = createServer((req, res) => void serve(req, res));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  afterTest(stop);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

export interface Received {
  body: unknown;
  headers: IncomingMessage['headers'];
}

/** A server that takes the arguments of a tool, and records them. */
export async function startHttpTool(answer: (received: Received, res: ServerResponse) => unknown) {
  const received: Received[] = [];
  const server = await startServer(async (req, res) => {
    const one = { body: JSON.parse(await text(req)) as unknown, headers: req.headers };
    received.push(one);
    await answer(one, res);
  });
  return { ...server, received };
}

export const httpTool = (
  name: string,
  more: Partial<Extract<PublishedTool, { type: 'http' }>['tool']> = {},
): PublishedTool => ({
  type: 'http',
  method: 'POST',
  tool: {
    name,
    description: `The tool ${name}.`,
    inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    ...more,
  },
});

export const MCP: PublishedTool = { type: 'mcp' };

function nodeHandler(handler: FetchLikeMcpHandler) {
  const handle = toNodeHandler(handler);
  return (req: IncomingMessage, res: ServerResponse) => handle(req as NodeIncomingMessageLike, res);
}

/** A modern server (SDK 2): each request gets a server of its own. */
export async function startModernServer(create: () => Server) {
  const handler = createMcpHandler(create, { legacy: 'reject' });
  afterTest(() => handler.close());
  const server = await startServer(nodeHandler(handler));
  return { ...server, notify: handler.notify };
}

/** A legacy server with a session for each client; `stateless` serves without. */
export async function startLegacyServer(create: () => Server, { stateless = false } = {}) {
  const sessions = new Map<string, { transport: WebStandardStreamableHTTPServerTransport; server: Server }>();
  const opened: Server[] = [];
  // Questions that no client has answered keep timers.
  afterTest(() => Promise.all(opened.map((server) => server.close())));
  async function open() {
    const server = create();
    opened.push(server);
    const transport = new WebStandardStreamableHTTPServerTransport({
      ...(!stateless && { sessionIdGenerator: randomUUID }),
      onsessioninitialized: (id) => void sessions.set(id, { transport, server }),
    });
    transport.onclose = () => transport.sessionId !== undefined && sessions.delete(transport.sessionId);
    await server.connect(transport);
    return transport;
  }
  const running = await startServer(
    nodeHandler({
      async fetch(request: Request) {
        const id = request.headers.get('mcp-session-id');
        if (id === null || stateless) return (await open()).handleRequest(request);
        const session = sessions.get(id);
        return session ? session.transport.handleRequest(request) : new Response('unknown session', { status: 404 });
      },
    }),
  );
  return { ...running, sessions };
}
