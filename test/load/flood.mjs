// An MCP server reduced to what streams do to memory. GET: a stream that never ends, as fast as it is read. POST with
// `?hold`: never reads. Any other POST: answered at once. `/written`: how many bytes all streams have had so far.
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
