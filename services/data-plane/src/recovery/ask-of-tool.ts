import { HEADER, type Message } from '@mcp-gateway/protocol';
import { displaced, mayHaveRun, type Carried, type CarryParts } from './carried.js';
import type { Settled } from './recover.js';

/**
 * Whether the tool that the message calls may run twice, and where the session lives once its server has been asked: that it
 * is gone may show only now.
 * @throws GatewayError as `Recovery.recover`
 */
export async function askOfTool(
  { isIdempotent, ...parts }: CarryParts,
  carried: Carried,
  at: Settled,
  message: Message,
): Promise<{ at: Settled; mayRunTwice: boolean }> {
  const { request, headers } = carried;
  const ask = ({ endpoint, place }: Settled) =>
    isIdempotent({
      endpoint,
      path: request.route.path,
      upstreamId: place.upstreamId,
      headers,
      protocolVersion: request.req.headers[HEADER.protocolVersion]?.toString(),
      tool: message.kind === 'request' ? String(message.params['name']) : '',
    });
  try {
    return { at, mayRunTwice: await ask(at) };
  } catch (error) {
    if (mayHaveRun(error) !== false) return { at, mayRunTwice: false };
    const moved = await displaced({ isIdempotent, ...parts }, carried, at.place, 'gone');
    return { at: moved, mayRunTwice: await ask(moved).catch(() => false) };
  }
}
