import { HEADER, type Message } from '@mcp-gateway/protocol';
import { mayHaveRun, settle, type Carried, type CarryParts } from './carried.js';
import type { Settled } from './recover.js';

const MAX_ATTEMPTS = 3;

/**
 * Whether the tool that the message calls may run twice, and where the session lives once its server has been asked: that it
 * is gone may show only now.
 * @throws GatewayError as `Recovery.recover`
 */
export async function askOfTool(
  parts: CarryParts,
  carried: Carried,
  first: Settled,
  message: Message,
): Promise<{ at: Settled; mayRunTwice: boolean }> {
  const { request, headers } = carried;
  let at = first;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const mayRunTwice = await parts.isIdempotent({
        endpoint: at.endpoint,
        upstreamId: at.place.upstreamId,
        headers,
        protocolVersion: request.req.headers[HEADER.protocolVersion]?.toString(),
        tool: message.kind === 'request' ? String(message.params['name']) : '',
      });
      return { at, mayRunTwice };
    } catch (error) {
      if (mayHaveRun(error) === undefined || attempt >= MAX_ATTEMPTS) return { at, mayRunTwice: false };
      at = await settle(parts, carried, at, error);
    }
  }
}
