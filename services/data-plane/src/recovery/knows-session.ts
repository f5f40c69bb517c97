import { HEADER } from '@mcp-gateway/protocol';
import type { Upstreams } from '../upstreams.js';
import type { Carried } from './carried.js';
import { exchange } from './exchange.js';
import { ownHeaders } from './own-headers.js';
import type { Settled } from './recover.js';

const PING_MS = 5_000;

/** JSON-RPC 2.0 §5.1. Who says so has read the message, although MCP has every server answer a ping. */
const METHOD_NOT_FOUND = -32601;

/**
 * Whether the server knows the session in which it has answered 404. That may just as well mean a method, a resource or a
 * stream that it does not have; so it is asked again in a way that leaves no doubt. One that does not answer has not said
 * that it does not know it.
 */
export async function knowsSession(upstreams: Upstreams, { request, headers }: Carried, at: Settled): Promise<boolean> {
  const version = request.req.headers[HEADER.protocolVersion]?.toString();
  const named = version === undefined ? [] : ['Mcp-Protocol-Version', version];
  const { status, response } = await exchange(upstreams, at.endpoint, {
    method: 'POST',
    path: request.route.path,
    headers: [...ownHeaders(headers), 'Mcp-Session-Id', at.place.upstreamId, ...named],
    message: { jsonrpc: '2.0', id: 'mcp-gateway-ping', method: 'ping' },
    timeoutMs: PING_MS,
  }).catch(() => ({ status: 0, response: undefined }));
  return status !== 404 || response?.error?.code === METHOD_NOT_FOUND;
}
