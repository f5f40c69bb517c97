import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Signs in for clients that cannot: adds headers to each request and forwards everything else unchanged.
 * @returns its URL, and a function that ends it
 */
export async function startInjector(target: string, headers: Record<string, string>) {
  const server = createServer((req, res) => {
    const raw = [...req.rawHeaders, ...Object.entries(headers).flat()];
    const out = request(target, { method: req.method ?? 'GET', path: req.url, headers: raw, agent: false });
    out.on('response', (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      res.flushHeaders();
      answer.on('error', () => res.destroy()).pipe(res);
    });
    out.on('error', () => res.destroy());
    res.on('close', () => out.destroy());
    req.pipe(out);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
