import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf } from '../../support/http.js';
import { startUpstream, type Upstream } from './upstream.js';

/** A message under way on a server that acts on it and does not answer by itself. */
export interface UnderWay {
  res: ServerResponse;
  server: DoomedServer;
}

export interface DoomedServer extends Upstream {
  /** The number of messages that it has acted on, except those that begin and end sessions, lists and pings. */
  acted(): number;
  /** Resolves with the first message that it acts on, or a list, once it has received some of it. */
  underWay: Promise<UnderWay>;
}

export interface DoomedServerOptions {
  /** The status of its answers to `initialize`. */
  initializeStatus?: number;
  /** Answers everything at once. */
  answersAll?: boolean;
}

const TOOLS = [{ name: 'pay' }, { name: 'look', annotations: { readOnlyHint: true } }];

let sessions = 0;

/** A server of every transport whose end a test decides: it never answers the first message that it has to act on. */
export async function startDoomedServer(options: DoomedServerOptions = {}): Promise<DoomedServer> {
  const { promise: underWay, resolve } = Promise.withResolvers<UnderWay>();
  const known = new Set<string>();
  let acted = 0;
  const upstream = await startUpstream(async (req, res, { header }) => {
    if (req.method === 'GET') return openStream(res);
    if (req.method === 'DELETE') return res.end();
    const isLong = Number(header('content-length')[0]) > 64 * 1024;
    const text = isLong ? await firstOf(req) : await bodyOf(req).then(String, () => undefined);
    if (text === undefined) return; // it ended during the read
    const { id, method = '' } =
      isLong || text.startsWith('[') ? {} : (JSON.parse(text) as { id?: unknown; method?: string });
    const session = header('mcp-session-id')[0];
    const answer = (result: object) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      return res.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    };
    if (method === 'initialize') {
      const { initializeStatus = 200 } = options;
      if (initializeStatus !== 200) return res.writeHead(initializeStatus).end();
      const fresh = `doomed-${++sessions}`;
      known.add(fresh);
      res.setHeader('mcp-session-id', fresh);
      return answer({ protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'doomed', version: '1' } });
    }
    if (session !== undefined && !known.has(session)) return res.writeHead(404).end();
    if (method === 'notifications/initialized') return res.writeHead(202).end();
    if (String(id).startsWith('mcp-gateway-')) return answer(method === 'tools/list' ? { tools: TOOLS } : {});
    acted += 1;
    if (options.answersAll || acted > 1) return answer({});
    return resolve({ res, server });
  });
  const server = { ...upstream, acted: () => acted, underWay };
  return server;
}

/** For the older HTTP transport. */
function openStream(res: ServerResponse) {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  return res.write('event: endpoint\ndata: /messages?id=1\n\n');
}

/** A part of a long message: enough to show that it has arrived. */
async function firstOf(req: IncomingMessage): Promise<string> {
  const text = await new Promise<Buffer>((resolve) => req.once('data', resolve));
  req.pause();
  return text.toString();
}
