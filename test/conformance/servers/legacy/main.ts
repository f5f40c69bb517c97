import { randomUUID } from 'node:crypto';
import { json } from 'node:stream/consumers';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { eventStore } from '../event-store.ts';
import { listen } from '../listen.ts';
import { legacyServer } from './server.ts';

/** The delay that the suite's clients respect after the server has closed a stream. */
const RETRY_MS = 100;

const sessions = new Map<string, StreamableHTTPServerTransport>();

listen(async (req, res) => {
  const body = req.method === 'POST' ? await json(req) : undefined;
  const id = req.headers['mcp-session-id']?.toString();
  const known = id === undefined ? undefined : sessions.get(id);
  if (known) return known.handleRequest(req, res, body);
  if (isInitializeRequest(body)) return (await openSession()).handleRequest(req, res, body);
  const [status, message] = id === undefined ? [400, 'A session id is required'] : [404, 'Session not found'];
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message } }));
});

async function openSession(): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: eventStore<JSONRPCMessage>(),
    retryInterval: RETRY_MS,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await legacyServer().connect(transport);
  return transport;
}
