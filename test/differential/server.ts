import type { IncomingMessage, ServerResponse } from 'node:http';
import { startUpstream, type Upstream } from '../data-plane/support/upstream.js';
import { bodyOf, pairs } from '../support/http.js';
import type { Answer } from './exchange.js';
import type { Header } from './headers.js';

/** A request as it arrived. */
export interface Arrived {
  method: string;
  url: string;
  headers: Header[];
  /** One character per byte. */
  body: string;
}

export const SESSION = 'raw-session';

/** A server that gives each request the answer of the test, and records the request. */
export async function startServer() {
  let answer: Answer | undefined;
  let arrived: Arrived | undefined;
  const upstream: Upstream = await startUpstream(async (req: IncomingMessage, res: ServerResponse) => {
    const body = (await bodyOf(req)).toString('latin1');
    if (isOfTheGateway(req, body)) return void res.writeHead(200).end();
    arrived = { method: req.method ?? '', url: req.url ?? '', headers: pairs(req.rawHeaders), body };
    if (answer) await send(res, answer);
    else res.writeHead(200, ['Mcp-Session-Id', SESSION]).end();
  });
  return {
    ...upstream,
    url: `${upstream.endpoint.url}/mcp`,
    /** Resolves with the request that arrived while `send` ran. */
    async during<T>(next: Answer, sending: () => Promise<T>): Promise<{ arrived: Arrived | undefined; sent: T }> {
      answer = next;
      arrived = undefined;
      upstream.seen.length = 0;
      const sent = await sending();
      return { arrived, sent };
    },
  };
}

/** The gateway's own requests: it ends a session opened for a stateless request, and after a 404 checks the session. */
const isOfTheGateway = ({ method, headers }: IncomingMessage, body: string) =>
  (method === 'DELETE' && headers['mcp-session-id'] === SESSION) || body.includes('"mcp-gateway-ping"');

async function send(
  res: ServerResponse,
  { status, reason, headers, body, saysSession, cutAfter }: Answer,
): Promise<void> {
  const { chunks, framing } = body;
  const raw = ['Date', 'Sat, 21 Nov 2026 11:27:32 GMT', ...headers.flat()];
  if (saysSession) raw.push('mcp-session-id', SESSION);
  const bodiless = status === 204 || status === 304;
  if (framing === 'length' && !bodiless) raw.push('Content-Length', String(Buffer.concat(chunks).length));
  if (framing === 'close') {
    res.shouldKeepAlive = false;
    res.useChunkedEncodingByDefault = false;
  }
  res.writeHead(status, reason, raw);
  res.write('', 'latin1'); // sends the head now, as bytes
  for (const [i, chunk] of (bodiless ? [] : chunks).entries()) {
    if (i === cutAfter) {
      res.socket?.destroySoon();
      return;
    }
    if (chunk.length > 0) await new Promise((resolve) => res.write(chunk, resolve));
  }
  res.end();
}
