import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Serves `/mcp` on PORT until a signal ends it. Refuses DNS rebinding, as the suite requires of a local server. */
export function listen(serve: (req: IncomingMessage, res: ServerResponse) => Promise<void>): void {
  const { PORT = '0', HOST = '127.0.0.1' } = process.env;
  const server = createServer((req, res) => {
    if (req.url === '/healthz') return void res.end('ok');
    const host = req.headers.host ?? '';
    const origin = req.headers.origin?.replace(/^https?:\/\//, '');
    if (!LOCAL.test(host) || (origin !== undefined && !LOCAL.test(origin))) return void res.writeHead(403).end();
    serve(req, res).catch((error: unknown) => {
      console.error(error);
      res.destroy();
    });
  });
  server.listen(Number(PORT), HOST, () => console.log(`listens on ${JSON.stringify(server.address())}`));
  process.once('SIGTERM', () => process.exit(0));
}
