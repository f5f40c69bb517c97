import { eraOf, eraOfMessage, isContradictory } from '@mcp-gateway/protocol';
import type { McpRequest } from '../request/context.js';
import { messageOf } from '../request/message.js';

/**
 * Decides the era of a request by its headers. When these contradict each other, the body decides, if it is small
 * enough to buffer.
 * @throws GatewayError TOO_LARGE
 */
export function decideEra(request: McpRequest): void | Promise<void> {
  const { req, body } = request;
  if (body && isContradictory(req.method, req.headers)) return decideByBody(request);
  request.era = eraOf(req.method, req.headers);
}

async function decideByBody(request: McpRequest): Promise<void> {
  request.era = eraOfMessage(await messageOf(request));
}
