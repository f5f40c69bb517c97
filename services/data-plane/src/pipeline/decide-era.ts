import { eraOf, eraOfMessage, isContradictory, readMessage } from '@mcp-gateway/protocol';
import { type RequestBody, sendContinue } from '../request/body.js';
import { bufferBody } from '../request/buffer-body.js';
import type { McpRequest } from '../request/context.js';

/**
 * Decides the era of a request by its headers. When these contradict each other, the body decides, if it is small
 * enough to buffer.
 * @throws GatewayError TOO_LARGE
 */
export function decideEra(request: McpRequest): void | Promise<void> {
  const { req, body } = request;
  if (body && isContradictory(req.method, req.headers)) return decideByBody(request, body);
  request.era = eraOf(req.method, req.headers);
}

async function decideByBody(request: McpRequest, body: RequestBody): Promise<void> {
  sendContinue(request.req, request.res);
  const read = await bufferBody(body);
  request.body = { ...body, read };
  request.era = eraOfMessage(readMessage(read.bytes?.toString('utf8') ?? ''));
}
