import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { afterTest } from '../../support/clean-up.js';
import { bodyOf } from '../../support/http.js';
import { endServer, killServer } from './kill-server.js';

interface RpcMessage {
  id?: string | number;
  method?: string;
  params?: Record<string, unknown>;
}

export interface ReplicaOptions {
  /** The path of its MCP endpoint; default: `/mcp`. All other paths are 404. */
  path?: string;
  /** A path that it redirects to its MCP endpoint. */
  redirectsFrom?: string;
  /** Answers in event streams whose head is sent before there is an answer, as the SDK does. */
  events?: boolean;
  /** The protocol version that it speaks; default: the requested one. */
  protocolVersion?: string;
  /** How long it takes to begin a session. */
  initializeMs?: number;
  /** The status of its answer to a GET, when it has no stream of its own. */
  getStatus?: number;
  /** It speaks TLS; default: plain HTTP. */
  tls?: ServerOptions;
}

/** The requests that it received, in order. */
interface ReceivedMessage {
  method: string;
  session: string | undefined;
  params: Record<string, unknown>;
  headers: IncomingMessage['headers'];
}

/** A legacy MCP server with sessions in memory, which a test can break at any moment. */
export interface Replica {
  endpoint: Endpoint;
  received: ReceivedMessage[];
  /** Its sessions, each with its open stream. */
  sessions: Map<string, ServerResponse | null>;
  /** The maximum of sessions that it began at the same time. */
  mostAtOnce(): number;
  /** Holds requests of the method without an answer. Resolves with the first of them. */
  hold(method: string): Promise<ServerResponse>;
  /** Answers requests of the method with an error and this status from now on. */
  refuse(method: string, status: number): void;
  /** Answers requests of the method normally again. */
  allow(method: string): void;
  /** Loses every session that sends this method, once it has answered. */
  forgetAfter(method: string): void;
  /** As SIGKILL does: every connection breaks, and new ones are refused. */
  kill(): Promise<void>;
  /** Sends a message on the stream of a session. */
  notify(session: string, text: string): void;
}

const TOOLS = [
  { name: 'who' },
  { name: 'look', annotations: { readOnlyHint: true } },
  { name: 'put', annotations: { idempotentHint: true, readOnlyHint: false } },
  { name: 'pay', annotations: { idempotentHint: false, destructiveHint: true } },
];

const REFUSED_AS = { 'content-type': 'application/json', 'x-own': 'yes' };
/** Different from the gateway's own form. */
export const refusalOf = (id: string | number): string =>
  ` { "id": ${JSON.stringify(id)},"jsonrpc":"2.0","error":{"message":"no such thing", "code":-32601}}\n`;

let replicas = 0;
let opened = 0;

export async function startReplica(options: ReplicaOptions = {}): Promise<Replica> {
  const name = `replica-${++replicas}`;
  const { path = '/mcp' } = options;
  const received: ReceivedMessage[] = [];
  const sessions: Replica['sessions'] = new Map();
  let beginning = 0;
  let mostAtOnce = 0;
  const held = new Map<string, (res: ServerResponse) => void>();
  const refused = new Map<string, number>();
  const forgotten = new Set<string>();

  const onRequest = (req: IncomingMessage, res: ServerResponse) => void serve(req, res);
  const server = options.tls ? createSecureServer(options.tls, onRequest) : createServer(onRequest);

  async function serve(req: IncomingMessage, res: ServerResponse) {
    const pathname = req.url?.replace(/\?.*/, '');
    if (pathname === options.redirectsFrom) return void res.writeHead(307, { location: path }).end();
    if (pathname !== path) return void res.writeHead(404).end('nothing is served here');
    const session = req.headers['mcp-session-id']?.toString();
    const text = (await bodyOf(req).catch(() => Buffer.alloc(0))).toString();
    const message = (text === '' ? {} : JSON.parse(text)) as RpcMessage;
    const method = message.method ?? req.method ?? '';
    received.push({ method, session, params: message.params ?? {}, headers: req.headers });
    if (method !== 'initialize' && !sessions.has(session ?? '')) return void res.writeHead(404).end('no such session');
    if (forgotten.has(method)) sessions.delete(session as string);
    if (req.method === 'GET') return listen(session as string, res);
    if (req.method === 'DELETE') {
      sessions.delete(session as string);
      return void res.end();
    }
    if (message.id === undefined || message.method === undefined) return void res.writeHead(202).end();
    const status = refused.get(method);
    if (status !== undefined) return void res.writeHead(status, REFUSED_AS).end(refusalOf(message.id));
    if (method === 'initialize') {
      mostAtOnce = Math.max(mostAtOnce, (beginning += 1));
      if (options.initializeMs !== undefined) await delay(options.initializeMs);
      beginning -= 1;
      const fresh = `session-${++opened}-of-${name}`;
      sessions.set(fresh, null);
      res.setHeader('mcp-session-id', fresh);
    }
    answer(message, res);
  }

  function listen(session: string, res: ServerResponse) {
    if (options.getStatus !== undefined) return void res.writeHead(options.getStatus).end();
    sessions.set(session, res);
    res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  }

  function answer({ id, method = '', params = {} }: RpcMessage, res: ServerResponse) {
    const { events = false } = options;
    res.writeHead(200, { 'content-type': events ? 'text/event-stream' : 'application/json' });
    if (events) res.flushHeaders();
    const release = held.get(method);
    if (release) return release(res);
    const body = JSON.stringify({ jsonrpc: '2.0', id, result: resultOf(method, params) });
    res.end(events ? `event: message\ndata: ${body}\n\n` : body);
  }

  function resultOf(method: string, params: Record<string, unknown>): unknown {
    switch (method) {
      case 'initialize':
        return {
          protocolVersion: options.protocolVersion ?? params['protocolVersion'],
          capabilities: {},
          serverInfo: { name, version: '1' },
        };
      case 'tools/list':
        return params['cursor'] === undefined
          ? { tools: TOOLS.slice(0, 2), name, nextCursor: 'the rest' }
          : { tools: TOOLS.slice(2), name };
      default:
        return { content: [{ type: 'text', text: name }] };
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => server.listening && endServer(server));
  const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint: { id: name, url, path, ready: true },
    received,
    sessions,
    mostAtOnce: () => mostAtOnce,
    hold: (method) => new Promise((resolve) => held.set(method, resolve)),
    refuse: (method, status) => void refused.set(method, status),
    allow: (method) => void refused.delete(method),
    forgetAfter: (method) => void forgotten.add(method),
    kill: () => killServer(server),
    notify: (session, text) => void sessions.get(session)?.write(`event: message\ndata: ${JSON.stringify(text)}\n\n`),
  };
}
