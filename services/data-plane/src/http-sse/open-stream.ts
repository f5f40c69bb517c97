import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Endpoint, Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { EndpointEvent, requestHeaders } from '@mcp-gateway/protocol';
import { MAX_UPSTREAM_ID_BYTES, sealSessionId, type SessionEnvelope, type SessionKey } from '@mcp-gateway/sessions';
import type { Forwarded } from '../forwarded.js';
import { noneReady } from '../none-ready.js';
import { ClientAnswer } from '../recovery/client-answer.js';
import { seenFrom } from '../redirects.js';
import type { ReferenceTo } from '../reference.js';
import { endpoints, type EndpointParts } from '../steps/endpoints.js';
import type { Grants } from '../steps/grants.js';
import { passingOver } from '../steps/passing-over.js';
import { relay } from '../steps/relay.js';
import type { Upstreams } from '../upstreams.js';
import { EndpointSink } from './endpoint-sink.js';
import { messagesPath, messagesUrl, streamPath } from './paths.js';
import { StreamSession, type StreamSessionParts } from './stream-session.js';

export interface StreamParts extends StreamSessionParts, EndpointParts {
  upstreams: Upstreams;
  grants: Grants;
  keys: readonly [SessionKey, ...SessionKey[]];
  forwarded: Forwarded;
  referenceTo: ReferenceTo;
}

export interface StreamRequest {
  req: IncomingMessage;
  res: ServerResponse;
  /** With the question mark, or empty. */
  query: string;
  route: Route;
  principal: Principal;
}

/**
 * Opens a stream of the older HTTP transport (MCP 2024-11-05, transports, HTTP with SSE). Its endpoint event is the session:
 * the place to which the server wants messages sent is sealed into a URL of the gateway's. It lives as long as the stream.
 * @throws GatewayError SESSION_LIMIT, NO_READY_REPLICA, UPSTREAM_REFUSED, UPSTREAM_GONE, UPSTREAM_TIMEOUT, UPSTREAM_INVALID, UNAVAILABLE
 */
export async function openStream(parts: StreamParts, request: StreamRequest): Promise<void> {
  const { res, route } = request;
  const others = endpoints(parts, { ...request, era: 'legacy' });
  const first = others.now() ?? (await others.later()) ?? noneReady(parts.routes.get(route) ?? route);
  const answer = new ClientAnswer(res);
  await passingOver(res, first, others, (endpoint) => openOn(parts, request, endpoint, answer));
}

async function openOn(
  parts: StreamParts,
  { req, query, route, principal }: StreamRequest,
  endpoint: Endpoint,
  answer: ClientAnswer,
): Promise<void> {
  const path = streamPath(endpoint.path) + query;
  const envelope: SessionEnvelope = {
    id: randomUUID(),
    kind: route.kind,
    adapterId: route.adapterId,
    endpointId: endpoint.id,
    upstreamId: path,
    caller: principal.subject,
    issuedAt: Math.floor(Date.now() / 1000),
  };
  const event = new EndpointEvent((uri) => {
    const upstreamId = messagesPath(uri, endpoint.url + path);
    if (Buffer.byteLength(upstreamId) > MAX_UPSTREAM_ID_BYTES) {
      throw new GatewayError('UPSTREAM_INVALID', { detail: 'the URL in its endpoint event is too long' });
    }
    const url = messagesUrl(route.name, sealSessionId({ ...envelope, upstreamId }, parts.keys, 'url'));
    return parts.referenceTo(url, req.url ?? '');
  });
  const session = new StreamSession(parts, envelope, route, answer);
  const { preserveHost } = route;
  const added = { identity: principal, forwarded: parts.forwarded(req), preserveHost };
  await relay(parts.upstreams, endpoint, {
    res: new EndpointSink(answer.next(), event),
    options: { method: 'GET', path, headers: uncompressed(requestHeaders(req.rawHeaders, req.headers, added)) },
    seenAs: seenFrom(parts.referenceTo, { req, route, endpoint }),
    async onHead({ status, isEvents }) {
      if (status === 200 && isEvents) await session.begin();
      return [];
    },
    permit: parts.grants.permit({ route, principal }, 'stream'),
  }).finally(() => session.end());
}

/** What is compressed cannot be rewritten. */
function uncompressed(headers: readonly string[]): string[] {
  const isEncoding = (name: string | undefined) => name?.toLowerCase() === 'accept-encoding';
  return headers.filter((_, i) => !isEncoding(headers[i - (i % 2)]));
}
