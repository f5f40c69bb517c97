import { HEADER } from '@mcp-gateway/protocol';
import type { Carried, CarryParts } from './carried.js';
import { exchange } from './exchange.js';
import { ownHeaders } from './own-headers.js';
import type { Settled } from './recover.js';

const PING_MS = 5_000;

/** JSON-RPC 2.0 §5.1. Who says so has read the message, although MCP has every server answer a ping. */
const METHOD_NOT_FOUND = -32601;

/**
 * Asks the server by a ping whether it has the session.
 *
 * known    it has
 * unknown  it says that it has not
 * silent   it says nothing, which may mean anything
 */
export async function askForSession(
  { upstreams }: Pick<CarryParts, 'upstreams'>,
  { request, headers }: Carried,
  at: Settled,
): Promise<'known' | 'unknown' | 'silent'> {
  const version = request.req.headers[HEADER.protocolVersion]?.toString();
  const named = version === undefined ? [] : ['Mcp-Protocol-Version', version];
  const reply = await exchange(upstreams, at.endpoint, {
    method: 'POST',
    headers: [...ownHeaders(headers), 'Mcp-Session-Id', at.place.upstreamId, ...named],
    message: { jsonrpc: '2.0', id: 'mcp-gateway-ping', method: 'ping' },
    timeoutMs: PING_MS,
  }).catch(() => undefined);
  if (!reply) return 'silent';
  return reply.status === 404 && reply.response?.error?.code !== METHOD_NOT_FOUND ? 'unknown' : 'known';
}
