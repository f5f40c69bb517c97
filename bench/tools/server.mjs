// A minimal MCP server of the revisions with sessions: it lists many tools on one page and echoes the argument `text`.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const [amount = '1'] = process.argv.slice(2);
const inputSchema = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const more = Array.from({ length: Number(amount) - 1 }, (_, i) => ({
  name: `look_up_${i}`,
  description: `Looks up what number ${i} of the catalogue is, and says so in one sentence.`,
  inputSchema,
}));
const tools = [{ name: 'echo', description: 'Answers with its argument.', inputSchema }, ...more];

const RESULTS = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'bench', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools }),
  'tools/call': ({ arguments: given }) => ({ content: [{ type: 'text', text: given.text }] }),
};

const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
  if (req.method !== 'POST') return res.writeHead(req.method === 'DELETE' ? 204 : 405).end();
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => answer(JSON.parse(Buffer.concat(chunks)), res));
});

function answer({ id, method, params = {} }, res) {
  if (id === undefined) return res.writeHead(202).end();
  const result = RESULTS[method]?.(params);
  const outcome = result ? { result } : { error: { code: -32601, message: `there is no method ${method}` } };
  const session = method === 'initialize' && { 'mcp-session-id': randomUUID() };
  res.writeHead(result ? 200 : 404, { 'content-type': 'application/json', ...session });
  return res.end(JSON.stringify({ jsonrpc: '2.0', id, ...outcome }));
}

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
