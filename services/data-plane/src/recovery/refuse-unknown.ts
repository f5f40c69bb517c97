import { HEADER } from '@mcp-gateway/protocol';
import type { Carried, CarryParts } from './carried.js';
import { exchange } from './exchange.js';
import { ownHeaders } from './own-headers.js';
import type { Settled } from './recover.js';
import { SessionUnknown } from './session-unknown.js';

const PING_MS = 5_000;

/** JSON-RPC 2.0 §5.1. Who says so has read the message, although MCP has every server answer a ping. */
const METHOD_NOT_FOUND = -32601;

/**
 * To be called when the server has answered 404: asks it whether it knows the session. That may just as well mean a method, a
 * resource or a stream that it does not have; so it is asked in a way that leaves no doubt. One that does not answer has not
 * said that it does not know it.
 * @throws SessionUnknown
 */
export async function refuseUnknown(
  { upstreams }: Pick<CarryParts, 'upstreams'>,
  { request, headers }: Carried,
  at: Settled,
): Promise<void> {
  const version = request.req.headers[HEADER.protocolVersion]?.toString();
  const named = version === undefined ? [] : ['Mcp-Protocol-Version', version];
  const { status, response } = await exchange(upstreams, at.endpoint, {
    method: 'POST',
    path: request.route.path,
    headers: [...ownHeaders(headers), 'Mcp-Session-Id', at.place.upstreamId, ...named],
    message: { jsonrpc: '2.0', id: 'mcp-gateway-ping', method: 'ping' },
    timeoutMs: PING_MS,
  }).catch(() => ({ status: 0, response: undefined }));
  if (status === 404 && response?.error?.code !== METHOD_NOT_FOUND) throw new SessionUnknown();
}
