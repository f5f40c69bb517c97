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

/**
 * JSON-RPC 2.0 §5.1. A server that answers so has read the message, although MCP requires every server to answer a
 * ping.
 */
const METHOD_NOT_FOUND = -32601;

/**
 * Asks the server with a ping whether it has the session.
 * known    the server has it
 * unknown  the server says that it does not have it
 * silent   the server does not answer, which proves nothing
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
 * Call it when the server has answered 404 and the session may be relocated. A 404 may also mean an unknown method,
 * resource or stream, so a ping decides. A server that does not answer the ping has not said that the session is
 * unknown.
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
 * Call it when the server has answered 404 and that passes to the client. A client of an unknown session starts over,
 * so the gateway ends the session before the client gets the 404; otherwise the session would still count against the
 * client's limit.
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
 * Whether the client can resume the answer after a break (MCP 2025-11-25, transports, resumability and redelivery): it
 * has an event id, and its server is there and knows the session. A server that has just died stays in the routes for a
 * while, so a ping decides.
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
 * Queries the hints of the tool that the message calls, and returns where the session lives afterwards: the query may
 * discover that the replica is gone.
 * @throws GatewayError as `Relocator.relocate`
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
