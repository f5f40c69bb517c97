import { bodyOf, send, type Answer, type SendOptions } from '../../support/http.js';
import { startUpstream, type Seen, type Upstream } from './upstream.js';

export interface SessionServer extends Upstream {
  /** The session ids that it has issued. */
  ids: string[];
}

export interface SessionServerOptions {
  /** Whether it repeats its session id with every answer, as some servers do. */
  echo?: boolean;
  /** The status of its answers to DELETE. */
  deleteStatus?: number;
}

let sessions = 0;

/** A legacy server: it sends an id with the answer to initialize, and text that names the session of each request. */
export async function startSessionServer(options: SessionServerOptions = {}): Promise<SessionServer> {
  const { echo = false, deleteStatus = 200 } = options;
  const ids: string[] = [];
  const upstream = await startUpstream(async (req, res, seen) => {
    const body = await bodyOf(req);
    const [given] = seen.header('mcp-session-id');
    if (body.includes('"initialize"')) {
      const id = `raw-session-${++sessions}`;
      ids.push(id);
      res.setHeader('Mcp-Session-Id', id);
    } else if (echo && given !== undefined) {
      res.setHeader('Mcp-Session-Id', given);
    }
    res.writeHead(req.method === 'DELETE' ? deleteStatus : 200).end(given ?? 'no session');
  });
  return { ...upstream, ids };
}

export const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});

export const initialize = (gateway: string, adapter = 'echo', headers = {}): Promise<Answer> =>
  send(`${gateway}/adapters/${adapter}/mcp`, { body: INITIALIZE, headers });

/** The id of a new session of alice. */
export async function openSession(gateway: string, adapter = 'echo'): Promise<string> {
  const answer = await initialize(gateway, adapter);
  const id = answer.header('mcp-session-id');
  if (answer.status !== 200 || id === undefined) throw new Error(`no session: ${answer.status} ${answer.text}`);
  return id;
}

export function inSession(
  gateway: string,
  id: string | string[],
  { method = 'POST', headers, ...options }: SendOptions = {},
  adapter = 'echo',
): Promise<Answer> {
  const body = method === 'POST' ? { body: '{}' } : {};
  const url = `${gateway}/adapters/${adapter}/mcp`;
  return send(url, { method, ...body, ...options, headers: { 'Mcp-Session-Id': id, ...headers } });
}

export const lastSeen = ({ seen }: Upstream): Seen => {
  const last = seen.at(-1);
  if (!last) throw new Error('the server has seen nothing');
  return last;
};
