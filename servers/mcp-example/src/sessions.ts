import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { WebStandardStreamableHTTPServerTransport, type McpServer } from '@modelcontextprotocol/server';
import { rpcError, send } from './response.js';

interface Session {
  transport: WebStandardStreamableHTTPServerTransport;
  /** Requests and streams that are open now; a session in use is never idle. */
  exchanges: number;
  lastUsed: number;
}

export interface LegacySessionsOptions {
  /** Each session has a server of its own. */
  createServer: () => McpServer;
  maxSessions?: number;
  idleMs?: number;
  /** Milliseconds, as from Date.now(). */
  now?: () => number;
}

export type LegacySessions = ReturnType<typeof legacySessions>;

/** The 2025-era transport with sessions (MCP 2025-11-25, transports, session management). */
export function legacySessions({
  createServer,
  maxSessions = 10_000,
  idleMs = 30 * 60_000,
  now = Date.now,
}: LegacySessionsOptions) {
  const open = new Map<string, Session>();
  let starting = 0;

  async function serve(request: Request, res: ServerResponse): Promise<void> {
    const id = request.headers.get('mcp-session-id');
    if (id === null) return start(request, res);
    const session = open.get(id);
    if (!session) return send(rpcError(404, -32001, 'Session not found'), res);
    session.exchanges++;
    try {
      await send(await session.transport.handleRequest(request), res);
    } finally {
      session.exchanges--;
      session.lastUsed = now();
    }
  }

  /** Only `initialize` is valid without a session id; the SDK's transport refuses everything else with 4xx. */
  async function start(request: Request, res: ServerResponse): Promise<void> {
    if (open.size + starting >= maxSessions) {
      return send(rpcError(503, -32000, 'Too many sessions', { 'retry-after': '60' }), res);
    }
    starting++;
    let response: Response;
    try {
      const transport = await connect();
      response = await transport.handleRequest(request);
      if (transport.sessionId === undefined) await transport.close();
    } finally {
      starting--;
    }
    await send(response, res);
  }

  async function connect(): Promise<WebStandardStreamableHTTPServerTransport> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void open.set(id, { transport, exchanges: 0, lastUsed: now() }),
    });
    transport.onclose = () => {
      if (transport.sessionId !== undefined) open.delete(transport.sessionId);
    };
    endStreamOfCancelledRequests(transport);
    await createServer().connect(transport);
    return transport;
  }

  const isIdle = ({ exchanges, lastUsed }: Session) => exchanges === 0 && lastUsed <= now() - idleMs;
  return {
    serve,
    /** Closes the sessions that have been idle for `idleMs`. */
    closeIdle: () => closeAll([...open.values()].filter(isIdle)),
    closeAll: () => closeAll([...open.values()]),
    get size(): number {
      return open.size;
    },
  };
}

async function closeAll(sessions: readonly Session[]): Promise<void> {
  await Promise.all(sessions.map(({ transport }) => transport.close()));
}

/** The SDK sends no response to a cancelled request and leaves its event stream open until the client disconnects. */
function endStreamOfCancelledRequests(transport: WebStandardStreamableHTTPServerTransport): void {
  transport.onmessage = (message) => {
    if (!('method' in message) || message.method !== 'notifications/cancelled') return;
    const id = message.params?.['requestId'];
    if (typeof id === 'string' || typeof id === 'number') transport.closeSSEStream(id);
  };
}
