import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Endpoint, PublishedRoute, Route } from '@mcp-gateway/common/contracts';
import { afterTest } from '../../support/clean-up.js';
import { pairs } from '../../support/http.js';
import { killServer } from './kill-server.js';

export interface Seen {
  method: string;
  url: string;
  /** As received: names in their own spelling, in their order. */
  headers: [string, string][];
  /** All values of the name. */
  header(name: string): string[];
  /** When the gateway disconnected before the answer had ended. */
  cut: Promise<void>;
}

export interface Upstream {
  endpoint: Endpoint;
  seen: Seen[];
  /** As SIGKILL does: every connection breaks, and new ones are refused. */
  kill(): Promise<void>;
}

type Answer = (req: IncomingMessage, res: ServerResponse, seen: Seen) => unknown;

let endpoints = 0;
const nextEndpoint = (url: string): Endpoint => ({ id: `endpoint-${++endpoints}`, url, path: '/mcp', ready: true });

/** An MCP server reduced to HTTP: a test decides and sees every byte. With `tls`, it speaks TLS. */
export async function startUpstream(answer: Answer, tls?: ServerOptions): Promise<Upstream> {
  const seen: Seen[] = [];
  const serve = (req: IncomingMessage, res: ServerResponse) => {
    const request = record(req, res);
    seen.push(request);
    void answer(req, res, request);
  };
  const server = tls ? createSecureServer(tls, serve) : createServer(serve);
  afterTest(() => server.closeAllConnections());
  const url = await listenOn(server);
  return { endpoint: nextEndpoint(tls ? url.replace('http:', 'https:') : url), seen, kill: () => killServer(server) };
}

function record(req: IncomingMessage, res: ServerResponse): Seen {
  const headers = pairs(req.rawHeaders);
  return {
    method: req.method ?? '',
    url: req.url ?? '',
    headers,
    header: (name) => headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value),
    cut: new Promise((resolve) => res.once('close', () => res.writableFinished || resolve())),
  };
}

/** A server that need not speak HTTP. It sees each request; a connection may carry several. */
export async function startTcpUpstream(onRequest: (socket: Socket) => void): Promise<Endpoint> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => chunk.includes(' HTTP/1.1\r\n') && onRequest(socket));
  });
  afterTest(() => sockets.forEach((socket) => socket.destroy()));
  return nextEndpoint(await listenOn(server));
}

async function listenOn(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The resource of `routeTo`, for the records of its sessions. */
export const ADAPTER_1 = { kind: 'adapter', resourceId: 'adapter-1' } as const;

export function routeTo(endpoint: Endpoint | Endpoint[], changes: Partial<Route> = {}): PublishedRoute & Route {
  return {
    kind: 'adapter',
    name: 'echo',
    resourceId: 'adapter-1',
    generation: 1,
    createdBy: 'alice',
    requiredRoles: [],
    policies: [],
    tenant: 'default',
    affinity: 'session',
    sessionRecovery: 'replay',
    sessions: {},
    preserveHost: false,
    path: '/mcp',
    endpoints: Array.isArray(endpoint) ? endpoint : [endpoint],
    ...changes,
  };
}

/** The host by which the gateway calls it. */
export const ownHost = ({ url }: Pick<Endpoint, 'url'>): string => `localhost:${new URL(url).port}`;
