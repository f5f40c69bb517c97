import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { argumentsIn, weatherAt } from './weather.js';

const MAX_BODY_BYTES = 64 * 1024;
/** Longer than the gateway keeps idle connections; otherwise the gateway could write to a connection that is closing. */
const KEEP_ALIVE_MS = 75_000;

/** `POST /score` takes the arguments of the tool as JSON and answers with its result; `GET /healthz` says that it runs. */
export const createHttpServer = (): Server =>
  createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => {
    route(req, res).catch((error: unknown) => {
      console.error(error);
      if (res.headersSent) res.destroy();
      else answer(res, 500, 'The tool failed; its log says why.');
    });
  });

async function route(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const path = req.url?.split('?', 1)[0];
  if (path === '/healthz' && req.method === 'GET') return answer(res, 200, 'ok');
  if (path !== '/score') return answer(res, 404, 'The tool is at POST /score.');
  if (req.method !== 'POST') return answer(res, 405, 'Send the arguments with POST.', { allow: 'POST' });
  const body = await bodyOf(req);
  if (body === undefined) return answer(res, 413, `The arguments must be at most ${MAX_BODY_BYTES} bytes.`);
  const given = argumentsIn(body);
  if (typeof given === 'string') return answer(res, 400, given);
  res.writeHead(200, { 'content-type': 'application/json' });
  res.end(JSON.stringify(weatherAt(given.location, given.unit)));
}

function answer(res: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(text);
}

/** Undefined when it is too large. */
async function bodyOf(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}
