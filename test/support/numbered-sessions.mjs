// An MCP server whose session ids are predictable: 1, 2, 3 …, counted anew in each process. A request that a gateway
// sends to the wrong process finds another caller's session here, where other servers would answer 404.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const { PORT, HOST } = process.env;
/** Calls of `counter`, by session. */
const sessions = new Map();

createServer((req, res) => {
  if (req.url === '/healthz') res.end('ok');
  else if (req.method !== 'POST') res.writeHead(405).end();
  else void json(req).then((message) => answer(message, req.headers['mcp-session-id'], res));
}).listen(Number(PORT), HOST);

function answer({ id, method, params }, session, res) {
  const send = (result, headers = {}) => {
    res.writeHead(200, { 'content-type': 'application/json', ...headers });
    res.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  };
  if (method === 'initialize') {
    const opened = String(sessions.size + 1);
    sessions.set(opened, 0);
    const serverInfo = { name: 'numbered-sessions', version: '1.0.0' };
    const result = { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo };
    return send(result, { 'mcp-session-id': opened });
  }
  if (!sessions.has(session)) return res.writeHead(404).end();
  if (id === undefined) return res.writeHead(202).end();
  sessions.set(session, sessions.get(session) + 1);
  return send({ content: [{ type: 'text', text: String(sessions.get(session)) }] });
}
