// A minimal MCP server: it reads the message and sends the fixed answer of the path. It answers 400 to a request that differs from
// the one that the load sent.
import { createServer } from 'node:http';
import { ANSWER, EVENT, MESSAGE, SESSION } from '../messages.mjs';

const WHOLE = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) };
const EVENTS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };
const LENGTH = Buffer.byteLength(MESSAGE);

const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
  let length = 0;
  req.on('data', (chunk) => (length += chunk.length));
  req.on('end', () => {
    const isModern = req.headers['mcp-method'] !== undefined;
    const session = req.headers['mcp-session-id'];
    const named = isModern ? {} : { 'mcp-session-id': SESSION };
    if (!isModern && session === undefined) return res.writeHead(200, { ...WHOLE, ...named }).end(ANSWER); // initialize
    if (length !== LENGTH || session !== named['mcp-session-id']) return res.writeHead(400).end();
    if (req.url === '/adapters/json/mcp') return res.writeHead(200, { ...WHOLE, ...named }).end(ANSWER);
    res.writeHead(200, { ...EVENTS, ...named }).write(EVENT);
    return res.end();
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
