import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLegacyRequest } from '@modelcontextprotocol/server';
import { HEADER_MISMATCH } from '../calls/call-tool.js';
import type { Caller } from './caller.js';
import type { ModernRequests } from './modern.js';
import { readRequest } from './read-request.js';
import { sendEvents, sendWhole } from './send-response.js';
import type { Sessions } from './sessions.js';

export interface Eras {
  sessions: Sessions;
  modern: ModernRequests;
  maxBodyBytes: number;
}

/** Serves one request of MCP, in the era that the client speaks. */
export async function serveMcp(req: IncomingMessage, res: ServerResponse, caller: Caller, eras: Eras): Promise<void> {
  const { maxBodyBytes, sessions, modern } = eras;
  const read = await readRequest(req, res, maxBodyBytes);
  const isLegacy = await isLegacyRequest(read.request, read.parsedBody, { maxRequestBodySize: maxBodyBytes });
  if (isLegacy) return sessions.serve(read, caller, (response) => send(response, res, read.request.method));
  return send(await modern.serve(read, caller), res, 'modern');
}

const sameStatus = (status: number): number => status;

const MAX_ERROR_BYTES = 8_192;
const OF_HEADERS = new RegExp(`^\\{"jsonrpc":"2.0","id":(-?\\d+|"[^"\\\\]*"),"error":\\{"code":${HEADER_MISMATCH},`);

/** The SDK answers 200 to what a handler refuses. A client corrects its headers after 400 (MCP 2026-07-28, transports). */
const modernStatus = (status: number, body: Buffer): number =>
  status === 200 && body.length < MAX_ERROR_BYTES && OF_HEADERS.test(body.toString()) ? 400 : status;

/**
 * Sends the response; resolves when it is sent, or when the client has disconnected.
 * @param method of a legacy request; the SDK decides by itself whether it answers a modern one with an event stream
 */
function send(response: Response, res: ServerResponse, method: string): Promise<void> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') && response.body;
  if (isStream) return sendEvents(response, isStream, res, method === 'POST');
  return sendWhole(response, res, method === 'modern' ? modernStatus : sameStatus);
}
