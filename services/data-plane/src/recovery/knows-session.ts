import { HEADER } from '@mcp-gateway/protocol';
import type { Upstreams } from '../upstreams.js';
import type { Carried } from './carried.js';
import { exchange } from './exchange.js';
import { ownHeaders } from './own-headers.js';
import type { Settled } from './recover.js';

const PING_MS = 5_000;

/**
 * Whether the server knows the session that it has answered 404 about. On a GET that may just as well mean that it has no
 * stream of its own, although 405 would be right; it is asked again in a way that leaves no doubt.
 */
export async function knowsSession(upstreams: Upstreams, { request, headers }: Carried, at: Settled): Promise<boolean> {
  const version = request.req.headers[HEADER.protocolVersion]?.toString();
  const named = version === undefined ? [] : ['Mcp-Protocol-Version', version];
  const { status } = await exchange(upstreams, at.endpoint, {
    method: 'POST',
    path: request.route.path,
    headers: [...ownHeaders(headers), 'Mcp-Session-Id', at.place.upstreamId, ...named],
    message: { jsonrpc: '2.0', id: 'mcp-gateway-ping', method: 'ping' },
    timeoutMs: PING_MS,
  }).catch(() => ({ status: 0 }));
  return status !== 404;
}
