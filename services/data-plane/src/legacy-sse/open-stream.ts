import { randomUUID } from 'node:crypto';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { EndpointEvent, type HeaderList, requestHeaders, withoutHeaders } from '@mcp-gateway/protocol';
import { MAX_UPSTREAM_ID_BYTES, sealSessionId, type SessionEnvelope, type SessionKeyRing } from '@mcp-gateway/sessions';
import { credentialRefusal } from '../forwarding/send.js';
import type { UpstreamCredentials } from '../credentials/upstream-credentials.js';
import type { Forwarded } from '../request/forwarded.js';
import { throwNoReadyReplica } from '../upstream/find-endpoint.js';
import { ClientResponse } from '../forwarding/response/client-response.js';
import { clientPathFor, pathWithQuery, streamPath } from '../upstream/redirects.js';
import type { ReferenceTo } from '../request/reference.js';
import { type EndpointParts, endpoints, withConnectRetry } from '../upstream/connect-retry.js';
import type { Grants } from '../request/grants.js';
import { proxyRequest } from '../upstream/proxy.js';
import type { Upstreams } from '../upstream/pools.js';
import { EndpointSink } from './endpoint-sink.js';
import { messagesPath, messagesUrl } from './paths.js';
import { StreamSession, type StreamSessionParts } from './stream-session.js';
import type { McpRequest } from '../request/context.js';

export interface StreamParts extends StreamSessionParts, EndpointParts {
  upstreams: Upstreams;
  grants: Grants;
  keys: SessionKeyRing;
  forwarded: Forwarded;
  credentials: UpstreamCredentials;
  referenceTo: ReferenceTo;
}

/**
 * Opens a stream of the older HTTP transport (MCP 2024-11-05, transports, HTTP with SSE). Its endpoint event begins the
 * session: the gateway seals the server's URL for messages into a URL of its own. The session lives as long as the
 * stream.
 * @throws GatewayError SESSION_LIMIT, QUOTA_EXCEEDED, NO_READY_REPLICA, UPSTREAM_REFUSED, UPSTREAM_GONE, UPSTREAM_TIMEOUT,
 *   UPSTREAM_INVALID, UNAVAILABLE, CREDENTIAL_UNAVAILABLE, CREDENTIAL_REFUSED
 */
export async function openStream(parts: StreamParts, request: McpRequest): Promise<void> {
  const { res, route } = request;
  const others = endpoints(parts, { ...request, era: 'legacy' });
  const first = others.now() ?? (await others.later()) ?? throwNoReadyReplica(parts.routes.get(route) ?? route);
  const answer = new ClientResponse(request);
  await withConnectRetry(res, first, others, (endpoint) => openOn(parts, request, endpoint, answer));
}

async function openOn(
  parts: StreamParts,
  request: McpRequest,
  endpoint: Endpoint,
  answer: ClientResponse,
): Promise<void> {
  const { id, req, query, route, principal } = request;
  const path = pathWithQuery(streamPath(endpoint.path), query);
  const envelope: SessionEnvelope = {
    id: randomUUID(),
    kind: route.kind,
    resourceId: route.resourceId,
    endpointId: endpoint.id,
    upstreamId: path,
    caller: principal.subject,
    issuedAt: Math.floor(Date.now() / 1000),
  };
  const event = new EndpointEvent((uri) => {
    const upstreamId = messagesPath(uri, endpoint.url + path);
    if (Buffer.byteLength(upstreamId) > MAX_UPSTREAM_ID_BYTES) {
      throw new GatewayError('UPSTREAM_INVALID', {
        detail: `the URL in the endpoint event of the server is longer than ${MAX_UPSTREAM_ID_BYTES} bytes; the server has to send a shorter one`,
      });
    }
    const url = messagesUrl(route.name, sealSessionId({ ...envelope, upstreamId }, parts.keys.sealing(), 'url'));
    return parts.referenceTo(url, req.url ?? '');
  });
  const session = new StreamSession(parts, { envelope, route, principal }, answer);
  const { preserveHost } = route;
  const added = { identity: principal, requestId: id, forwarded: parts.forwarded(req), preserveHost };
  const headers = await parts.credentials.apply(requestHeaders(req.rawHeaders, req.headers, added), request);
  await proxyRequest(parts.upstreams, endpoint, {
    res: new EndpointSink(answer.next(), event),
    options: { method: 'GET', path, headers: uncompressed(headers) },
    clientPath: clientPathFor(parts.referenceTo, { req, route, endpoint }),
    async onHead({ status, isEvents }) {
      const refusal = credentialRefusal(parts, request, status);
      if (refusal) throw refusal;
      if (status === 200 && isEvents) await session.begin();
      return [];
    },
    permit: parts.grants.permit(request, 'stream'),
  }).finally(() => session.end());
}

/** The gateway cannot rewrite a compressed stream. */
const uncompressed = (headers: HeaderList): string[] => withoutHeaders(headers, (name) => name === 'accept-encoding');
