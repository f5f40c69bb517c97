import { Agent, request } from 'node:http';
import { pairs } from '../support/http.js';
import type { Exchange } from './exchange.js';
import type { Header } from './headers.js';

/** The answer as the client received it. */
export interface Got {
  status: number;
  reason: string;
  headers: Header[];
  /** One character per byte. */
  body: string;
  /** Whether the answer was complete according to its head. */
  complete: boolean;
}

/** Connections stay open, so that the test also finds an answer that belongs to another request. */
const agent = new Agent({ keepAlive: true });
export const closeConnections = () => agent.destroy();

/** The same port for both ways; otherwise the port would be a difference. */
const HOST = '127.0.0.1:8000';

export function send(
  url: string,
  sessionId: string,
  { method, query, headers, inSession, body }: Exchange,
): Promise<Got> {
  const raw = ['Host', HOST, 'X-Dev-UserId', 'alice', ...headers.flat()];
  if (inSession) raw.push('Mcp-Session-Id', sessionId);
  const chunks = body?.chunks ?? [];
  if (body?.framing === 'length') raw.push('Content-Length', String(Buffer.concat(chunks).length));
  if (body?.framing === 'chunked') raw.push('Transfer-Encoding', 'chunked');
  return new Promise((resolve, reject) => {
    const req = request(url + query, { method, agent, headers: raw });
    req.on('error', reject);
    req.on('response', (res) => {
      const received: Buffer[] = [];
      const done = () =>
        resolve({
          status: res.statusCode ?? 0,
          reason: res.statusMessage ?? '',
          headers: pairs(res.rawHeaders),
          body: Buffer.concat(received).toString('latin1'),
          complete: res.complete,
        });
      res.on('data', (chunk: Buffer) => received.push(chunk));
      res.on('error', () => {});
      res.on('close', done);
    });
    for (const chunk of chunks) if (chunk.length > 0) req.write(chunk);
    req.end();
  });
}
