import { HEADER, type Message } from '@mcp-gateway/protocol';
import {
  type ForwardingParts,
  mayHaveRun,
  nextPlacement,
  type RecoverableRequest,
  routedEndpoint,
} from './recoverable.js';
import { callUpstream, sessionHeaders, SessionUnknown } from '../upstream/call.js';
import type { ResponsePart } from './response/response-part.js';
import type { Placement } from '../sessions/relocate/relocation.js';

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
async function probeSession(
  { upstreams }: Pick<ForwardingParts, 'upstreams'>,
  { request, headers }: RecoverableRequest,
  at: Placement,
): Promise<'known' | 'unknown' | 'silent'> {
  const version = request.req.headers[HEADER.protocolVersion]?.toString();
  const named = version === undefined ? [] : ['Mcp-Protocol-Version', version];
  const reply = await callUpstream(upstreams, at.endpoint, {
    method: 'POST',
    headers: [...sessionHeaders(headers), 'Mcp-Session-Id', at.location.upstreamId, ...named],
    message: { jsonrpc: '2.0', id: 'mcp-gateway-ping', method: 'ping' },
    timeoutMs: PING_MS,
  }).catch(() => undefined);
  if (!reply) return 'silent';
  return reply.status === 404 && reply.response?.error?.code !== METHOD_NOT_FOUND ? 'unknown' : 'known';
}

/**
 * To be called when the server has answered 404, and the session may be begun anew elsewhere: asks it whether it knows the
 * session. That may just as well mean a method, a resource or a stream that it does not have; so it is asked in a way that
 * leaves no doubt. One that does not answer has not said that it does not know it.
 * @throws SessionUnknown
 */
export async function throwIfUnknown(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  at: Placement,
): Promise<void> {
  if ((await probeSession(parts, recoverable, at)) === 'unknown') throw new SessionUnknown();
}

/**
 * To be called when the server has answered 404, and that is passed on: if it does not know the session, its client starts
 * over. So it ends here, too, before the client hears, or the place that it takes would keep the client from that.
 */
export async function endIfUnknown(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  at: Placement,
): Promise<void> {
  if ((await probeSession(parts, recoverable, at)) !== 'unknown') return;
  const { request, session } = recoverable;
  await parts.sessions.end(session.envelope, request.route, { tellServer: false }).catch(() => {});
}

/**
 * Whether the client can go on by itself where the stream of its answer has broken off (MCP 2025-11-25, transports,
 * resumability and redelivery): it has the id of an event, and its server is there still and knows the session. A server that
 * has just died is in the routes for a while, so it is asked.
 */
export async function isResumable(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  { at, part, error }: { at: Placement; part: ResponsePart; error: unknown },
): Promise<boolean> {
  if (part.resumeAfter === undefined) return false;
  const endpoint = await routedEndpoint(parts, recoverable, at, error).catch(() => undefined);
  if (!endpoint || endpoint.draining) return false;
  return (await probeSession(parts, recoverable, at)) === 'known';
}

const MAX_HINT_ATTEMPTS = 3;

/**
 * Whether the tool that the message calls may run twice, and where the session lives once its server has been asked: that it
 * is gone may show only now.
 * @throws GatewayError as `Relocator.recover`
 */
export async function resolveToolHints(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  first: Placement,
  message: Message,
): Promise<{ at: Placement; mayRunTwice: boolean }> {
  const { request, headers } = recoverable;
  let at = first;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const mayRunTwice = await parts.isIdempotent({
        endpoint: at.endpoint,
        upstreamId: at.location.upstreamId,
        headers,
        protocolVersion: request.req.headers[HEADER.protocolVersion]?.toString(),
        tool: message.kind === 'request' ? String(message.params['name']) : '',
      });
      return { at, mayRunTwice };
    } catch (error) {
      if (mayHaveRun(error) === undefined || attempt >= MAX_HINT_ATTEMPTS) return { at, mayRunTwice: false };
      at = await nextPlacement(parts, recoverable, at, error);
    }
  }
}
