import { createServer, type Server } from 'node:http';
import { closeServer, listen } from '@mcp-gateway/platform/serving';

/** Resolves to the reason why the worker cannot act on changes now; to null when it can. */
export type Obstacle = () => Promise<string | null>;

const CLOSE_MS = 1_000;

/** Answers the probes of a cluster. GET /livez: the process runs. GET /readyz: 200 without an obstacle, else 503 with the obstacle. */
export function healthServer(obstacle: Obstacle): Server {
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

/**
 * Serves the probes, if a port is set, until the process ends. Until `set` is called, the worker is starting.
 * @throws ConfigError when the port cannot be listened on
 */
export async function serveHealth(
  { PORT: port, MCP_GATEWAY_HOST: host }: { PORT?: number | undefined; MCP_GATEWAY_HOST: string },
  defer: (step: () => Promise<unknown>) => void,
): Promise<{ set(obstacle: Obstacle): void }> {
  let current: Obstacle = async () => 'the worker is starting';
  if (port !== undefined) {
    const server = healthServer(() => current());
    defer(() => closeServer(server, CLOSE_MS));
    await listen(server, { host, port });
  }
  return { set: (obstacle) => void (current = obstacle) };
}
