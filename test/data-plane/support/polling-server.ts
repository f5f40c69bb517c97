import { bodyOf } from '../../support/http.js';
import { startUpstream, type Upstream } from './upstream.js';

export interface PollingServer extends Upstream {
  /** Answers the call under way when its client resumes. */
  finish(): void;
  /** Keeps streams open from now on. */
  hang(): void;
  /** The messages of its sessions: methods, and `GET` with the event to resume after. */
  received: string[];
}

let opened = 0;

/**
 * Makes the clients of its calls resume for the answers: closes each stream after an event with an id and `retry` (MCP
 * 2025-11-25, transports, resumability and redelivery).
 */
export async function startPollingServer(): Promise<PollingServer> {
  const sessions = new Set<string>();
  const received: string[] = [];
  let events = 0;
  let called: unknown;
  let then: 'prime' | 'finish' | 'hang' = 'prime';
  const prime = () => `id: e-${(events += 1)}\nretry: 10\ndata:\n\n`;
  const upstream = await startUpstream(async (req, res, { header }) => {
    const text = (await bodyOf(req)).toString();
    const session = header('mcp-session-id')[0] ?? '';
    const { id, method = req.method } = (text === '' ? {} : JSON.parse(text)) as { id?: unknown; method?: string };
    if (method !== 'initialize' && !sessions.has(session)) return res.writeHead(404).end();
    if (method === 'GET') {
      const after = header('last-event-id')[0];
      received.push(`GET ${after ?? ''}`);
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      if (after === undefined || then === 'hang') return res.flushHeaders();
      if (then === 'prime') return res.end(prime());
      return res.end(`id: done\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: called, result: { isPaid: true } })}\n\n`);
    }
    received.push(String(method));
    if (id === undefined) return res.writeHead(202).end();
    if (method === 'tools/call') {
      called = id;
      return res.writeHead(200, { 'content-type': 'text/event-stream' }).end(prime());
    }
    const fresh = `polling-${(opened += 1)}`;
    if (method === 'initialize') sessions.add(fresh);
    const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'polling', version: '1' } };
    res.writeHead(200, {
      'content-type': 'application/json',
      ...(method === 'initialize' && { 'mcp-session-id': fresh }),
    });
    return res.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  return { ...upstream, received, finish: () => void (then = 'finish'), hang: () => void (then = 'hang') };
}
