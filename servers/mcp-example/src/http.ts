import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { toWebRequest, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { isLegacyRequest, type McpHttpHandler } from '@modelcontextprotocol/server';
import { rpcError, send } from './response.js';
import type { LegacySessions } from './sessions.js';

/** The SDK's own limit of a request body; see MCP TypeScript SDK, `maxRequestBodySize`. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Longer than the gateway keeps idle connections; otherwise the gateway could write to a connection that is closing. */
const KEEP_ALIVE_MS = 75_000;

export interface Eras {
  sessions: LegacySessions;
  /** Must reject legacy requests: those belong to the sessions. */
  modern: Pick<McpHttpHandler, 'fetch'>;
}

// `Host` and `Origin` are not checked here, although the SDK offers guards against DNS rebinding. The gateway forwards
// the public names that its clients used, which this server cannot know. Clients connect through loopback or a pod
// network only, and the gateway authorizes the caller. Do not expose this server, nor give it a tool that changes anything.
export function createHttpServer(eras: Eras): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => {
    res.once('close', () => {
      // close() has closed the connections that were idle then; one that becomes idle later would delay the shutdown.
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    route(req, res, eras).catch((error: unknown) => {
      console.error(error);
      if (res.headersSent) res.destroy();
      else void send(rpcError(500, -32603, 'Internal error'), res);
    });
  });
  return server;
}

async function route(req: IncomingMessage, res: ServerResponse, eras: Eras): Promise<void> {
  const path = req.url?.split('?', 1)[0];
  if (path === '/mcp') return serveMcp(req, res, eras);
  if (path === '/healthz' && req.method === 'GET') return send(new Response('ok'), res);
  return send(new Response('Not found', { status: 404 }), res);
}

async function serveMcp(req: IncomingMessage, res: ServerResponse, { sessions, modern }: Eras): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort()); // a client cancels a modern request this way
  let request: Request;
  try {
    request = await toWebRequest(req as NodeIncomingMessageLike, undefined, {
      signal: gone.signal,
      maxRequestBodySize: MAX_BODY_BYTES,
    });
  } catch (error) {
    return send(unreadable(error), res);
  }
  if (await isLegacyRequest(request)) return sessions.serve(request, res);
  return send(await modern.fetch(request), res);
}

function unreadable(error: unknown): Response {
  const tooLarge = error instanceof Error && 'status' in error && error.status === 413;
  return tooLarge ? rpcError(413, -32000, error.message) : rpcError(400, -32700, 'Unreadable request');
}
