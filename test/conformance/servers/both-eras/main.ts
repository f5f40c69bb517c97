import { randomUUID } from 'node:crypto';
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
  type JSONRPCMessage,
} from '@modelcontextprotocol/server';
import { eventStore } from '../event-store.ts';
import { listen } from '../listen.ts';
import { changesOf } from './changes.ts';
import { bothErasServer } from './server.ts';

/** The delay that the suite's clients respect after the server has closed a stream. */
const RETRY_MS = 100;

const changes = await changesOf(process.env['REDIS_URL']);
const modern = createMcpHandler(() => bothErasServer(changes), { legacy: 'reject', bus: changes });
/** `ERAS=modern`: the server answers older clients as one that knows only 2026-07-28 does. */
const isModernOnly = process.env['ERAS'] === 'modern';
const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();

const handler = toNodeHandler({
  async fetch(request: Request) {
    if (isModernOnly || !(await isLegacyRequest(request))) return modern.fetch(request);
    const id = request.headers.get('mcp-session-id');
    if (id === null) return (await openSession()).handleRequest(request);
    return (
      (await sessions.get(id)?.handleRequest(request)) ??
      Response.json(
        { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'Session not found' } },
        { status: 404 },
      )
    );
  },
});
listen((req, res) => handler(req as NodeIncomingMessageLike, res));

async function openSession(): Promise<WebStandardStreamableHTTPServerTransport> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: eventStore<JSONRPCMessage>(),
    retryInterval: RETRY_MS,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await bothErasServer(changes).connect(transport);
  return transport;
}
