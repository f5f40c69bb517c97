import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * Listens for clients that know the URL of a server and want to connect through a gateway. Answers with the
 * URL that they have to use instead.
 */
export async function startControl(route: (server: URL) => Promise<string>) {
  const server = createServer((req, res) => {
    text(req)
      .then(async (url) => res.end(await route(new URL(url))))
      .catch((error: Error) => res.writeHead(500).end(error.message));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}
