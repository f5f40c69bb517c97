import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listen } from '@mcp-gateway/platform/serving';
import { afterTest } from '../support/clean-up.js';

/** Answers the n-th request with the n-th answer; the last one answers all others, too. */
export async function startServer(...answers: ((res: ServerResponse, req: IncomingMessage) => void)[]) {
  const requests: IncomingMessage[] = [];
  const server = createServer((req, res) => {
    requests.push(req);
    answers[Math.min(requests.length, answers.length) - 1]?.(res, req);
  });
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  afterTest(() => closeServer(server, 0));
  return { url: `http://127.0.0.1:${port}`, requests };
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (res: ServerResponse): void => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
