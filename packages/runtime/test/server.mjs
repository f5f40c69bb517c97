// The server of the tests. Its environment and its requests control it:
//   VERSION   part of the answer to GET /, beside its pid and its environment
//   HEALTH    the status of GET /healthz; POST /health?status=N changes it
//   IGNORE    signals that it ignores, comma-separated
//   POST /exit?code=N ends it, POST /kill ends it by SIGKILL
import { createServer } from 'node:http';

const { PORT = '8000', HOST = '0.0.0.0', VERSION = '', HEALTH = '200', IGNORE = '' } = process.env;
let health = Number(HEALTH);
for (const signal of IGNORE.split(',').filter(Boolean)) process.on(signal, () => console.log(`ignores ${signal}`));

createServer((req, res) => {
  const { pathname, searchParams } = new URL(req.url ?? '/', 'http://server');
  switch (`${req.method} ${pathname}`) {
    case 'GET /healthz':
      return res.writeHead(health).end();
    case 'GET /':
      return res.end(JSON.stringify({ version: VERSION, pid: process.pid, environment: process.env }));
    case 'POST /health':
      health = Number(searchParams.get('status'));
      return res.end();
    case 'POST /exit':
      return res.end(() => process.exit(Number(searchParams.get('code'))));
    case 'POST /kill':
      return res.end(() => process.kill(process.pid, 'SIGKILL'));
    default:
      return res.writeHead(404).end();
  }
}).listen(Number(PORT), HOST, () => console.log(`version ${VERSION} listens`));
