import { createServer, type Server } from 'node:http';

/**
 * For a cluster's probes. GET /livez: the process runs. GET /readyz: it can act on changes, else 503 with what is in the way.
 * @param obstacle resolves to what is in the way, or null
 */
export function healthServer(obstacle: () => Promise<string | null>): Server {
  return createServer((req, res) => {
    const answer = (status: number, text: string) => res.writeHead(status, { 'content-type': 'text/plain' }).end(text);
    if (req.url === '/livez') return answer(200, 'ok');
    if (req.url !== '/readyz') return answer(404, 'try /livez or /readyz');
    return void obstacle().then(
      (found) => (found === null ? answer(200, 'ok') : answer(503, found)),
      () => answer(503, 'the check failed'),
    );
  });
}
