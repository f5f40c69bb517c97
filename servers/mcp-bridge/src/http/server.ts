import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../log.js';
import { UnreadableMessage } from '../message.js';
import type { Target } from '../target.js';
import { readAll, Refusal, refuse } from './reply.js';

/** Longer than the gateway keeps idle connections; otherwise the gateway could write to a connection that is closing. */
const KEEP_ALIVE_MS = 75_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i;

export interface HttpOptions {
  target: Target;
  maxMessageBytes: number;
  /** True when only this machine can connect; then a web page must not reach the server under another name (DNS rebinding). */
  isLoopback: boolean;
  log: Log;
}

/** The bridge's HTTP server: `/healthz`, and the MCP endpoint at every other path, as an adapter may have any. */
export function createHttpServer(options: HttpOptions): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => {
    res.on('error', () => {}); // the client is gone
    res.once('close', () => {
      // close() has closed the connections that were idle then; one that becomes idle later would delay the shutdown.
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    route(req, res, options).catch((error: unknown) => refuse(res, refusalOf(error, options.log)));
  });
  return server;
}

async function route(req: IncomingMessage, res: ServerResponse, options: HttpOptions): Promise<void> {
  const { target, maxMessageBytes, isLoopback } = options;
  if (req.url?.split('?', 1)[0] === '/healthz') return health(res, target);
  if (isLoopback && !LOOPBACK.test(req.headers.host ?? '')) {
    const why =
      'The Host header must be localhost, because the bridge listens on loopback. Adapters need preserveHost: false.';
    throw new Refusal(403, -32_000, why);
  }
  switch (req.method) {
    case 'POST':
      if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
        throw new Refusal(415, -32_000, 'The Content-Type must be application/json.');
      }
      return target.post(req, res, await readAll(req, maxMessageBytes));
    case 'GET':
      return target.get(req, res);
    case 'DELETE':
      return target.delete(req, res);
    default:
      throw new Refusal(405, -32_000, 'The MCP endpoint takes POST, GET and DELETE.', { allow: 'POST, GET, DELETE' });
  }
}

function health(res: ServerResponse, target: Target): void {
  const obstacle = target.obstacle();
  const [status, text] = obstacle === null ? [200, 'ok'] : [503, obstacle];
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

function refusalOf(error: unknown, log: Log): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof UnreadableMessage) return new Refusal(400, error.code, error.message);
  log(`mcp-bridge: ${error instanceof Error ? error.stack : String(error)}`);
  return new Refusal(500, -32_603, 'Internal error');
}
