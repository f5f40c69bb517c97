import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Era, eraOf, eraOfMessage, isContradictory, readMessage } from '@mcp-gateway/protocol';
import { type RequestBody, sendContinue } from '../request/body.js';
import { bufferBody } from '../request/buffer-body.js';

export interface Decided {
  era: Era;
  body: RequestBody | null;
}

/**
 * The era of a request, by its headers. Only when these contradict each other is the body asked, up to the length that is kept.
 * @throws GatewayError TOO_LARGE
 */
export function decideEra(
  req: IncomingMessage,
  res: ServerResponse,
  body: RequestBody | null,
): Decided | Promise<Decided> {
  if (body && isContradictory(req.method, req.headers)) return askBody(req, res, body);
  return { era: eraOf(req.method, req.headers), body };
}

async function askBody(req: IncomingMessage, res: ServerResponse, body: RequestBody): Promise<Decided> {
  sendContinue(req, res);
  const read = await bufferBody(body);
  return { era: eraOfMessage(readMessage(read.bytes?.toString('utf8') ?? '')), body: { ...body, read } };
}
