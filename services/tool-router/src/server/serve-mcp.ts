import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GatewayError, malformedRequest, tooLarge } from '@mcp-gateway/common/errors';
import { toWebRequest, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { isLegacyRequest } from '@modelcontextprotocol/server';
import { HEADER_MISMATCH } from '../calls/call-tool.js';
import type { Caller } from './caller.js';
import type { ModernRequests } from './modern.js';
import type { Sessions } from './sessions.js';

export interface Eras {
  sessions: Sessions;
  modern: ModernRequests;
  maxBodyBytes: number;
}

/** Serves one request of MCP, in the era that the client speaks. */
export async function serveMcp(req: IncomingMessage, res: ServerResponse, caller: Caller, eras: Eras): Promise<void> {
  const request = await webRequest(req, res, eras.maxBodyBytes);
  const isLegacy = await isLegacyRequest(request, undefined, { maxRequestBodySize: eras.maxBodyBytes });
  if (isLegacy) return eras.sessions.serve(request, caller, (response) => send(response, res));
  return send(await eras.modern.serve(request, caller), res, modernStatus);
}

async function webRequest(req: IncomingMessage, res: ServerResponse, maxBodyBytes: number): Promise<Request> {
  const gone = new AbortController();
  res.once('close', () => gone.abort()); // a client cancels a modern request this way
  try {
    const options = { signal: gone.signal, maxRequestBodySize: maxBodyBytes };
    return await toWebRequest(req as NodeIncomingMessageLike, undefined, options);
  } catch (error) {
    const isTooLarge = error instanceof Error && 'status' in error && error.status === 413;
    throw isTooLarge ? tooLarge(maxBodyBytes) : malformed(error);
  }
}

const malformed = (error: unknown): GatewayError =>
  error instanceof GatewayError ? error : malformedRequest('the request cannot be read');

const sameStatus = (status: number, _body: Buffer): number => status;

const MAX_ERROR_BYTES = 8_192;
const OF_HEADERS = new RegExp(`^\\{"jsonrpc":"2.0","id":(-?\\d+|"[^"\\\\]*"),"error":\\{"code":${HEADER_MISMATCH},`);

/** The SDK answers 200 to what a handler refuses. A client corrects its headers after 400 (MCP 2026-07-28, transports). */
const modernStatus = (status: number, body: Buffer): number =>
  status === 200 && body.length < MAX_ERROR_BYTES && OF_HEADERS.test(body.toString()) ? 400 : status;

/** Sends the response; resolves when it is sent, or when the client has disconnected. */
async function send(response: Response, res: ServerResponse, statusOf = sameStatus): Promise<void> {
  const headers = Object.fromEntries(response.headers);
  if (!headers['content-type']?.startsWith('text/event-stream')) {
    const body = Buffer.from(await response.arrayBuffer());
    res.writeHead(statusOf(response.status, body), { ...headers, 'content-length': body.length }).end(body);
    return;
  }
  res.writeHead(response.status, headers);
  // Node delays the head until the first byte of the body: a quiet event stream would look hung.
  res.flushHeaders();
  // A client that disconnects cancels the source at once; otherwise its session would refuse the next stream with 409.
  await pipeline(Readable.fromWeb(response.body as NonNullable<typeof response.body>), res).catch(() => {});
}
