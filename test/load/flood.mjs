// A minimal MCP server for memory tests of streams. GET: a stream without end, as fast as the client reads. POST with
// `?hold`: never reads. Any other POST: answers at once. `/written`: the number of bytes that all streams have sent.
import { createServer } from 'node:http';

const { PORT, HOST } = process.env;
const EVENT = Buffer.from(`data: ${'x'.repeat(16_000)}\n\n`);
let written = 0;

createServer((req, res) => {
  if (req.url === '/healthz') return res.end('ok');
  if (req.url === '/written') return res.end(String(written));
  if (req.method === 'GET') return flood(res);
  if (req.url?.endsWith('hold')) return undefined;
  return req.resume().on('end', () => res.end('ok'));
}).listen(Number(PORT), HOST);

function flood(res) {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  const write = () => {
    let more = true;
    while (more && !res.destroyed) {
      more = res.write(EVENT);
      written += EVENT.length;
    }
  };
  res.on('drain', write);
  write();
}
