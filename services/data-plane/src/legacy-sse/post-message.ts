import { GatewayError } from '@mcp-gateway/common/errors';
import type { RouteTable } from '@mcp-gateway/routing';
import { requestHeaders } from '@mcp-gateway/protocol';
import { isSessionOf, type SessionKeyRing, unsealSessionId } from '@mcp-gateway/sessions';
import { findEndpoint } from '../upstream/find-endpoint.js';
import { credentialRefusal } from '../forwarding/send.js';
import type { UpstreamCredentials } from '../credentials/upstream-credentials.js';
import type { Forwarded } from '../request/forwarded.js';
import { sendContinue } from '../request/body.js';
import { clientPathFor } from '../upstream/redirects.js';
import type { ReferenceTo } from '../request/reference.js';
import { clientError } from '../forwarding/client-error.js';
import { BufferedMessage } from '../forwarding/buffered-message.js';
import type { SessionStore } from '../sessions/store.js';
import type { Grants } from '../request/grants.js';
import { proxyRequest } from '../upstream/proxy.js';
import type { Upstreams } from '../upstream/pools.js';
import { sealedIdOf } from './paths.js';
import type { McpRequest } from '../request/context.js';

export interface MessageParts {
  routes: RouteTable;
  upstreams: Upstreams;
  grants: Grants;
  keys: SessionKeyRing;
  sessions: Pick<SessionStore, 'find'>;
  forwarded: Forwarded;
  credentials: UpstreamCredentials;
  referenceTo: ReferenceTo;
}

/**
 * Sends a message to the replica that holds the session's stream (MCP 2024-11-05, transports, HTTP with SSE). The
 * answer comes on that stream, so nothing can be relocated when the replica is gone: the stream has ended, too.
 * @throws GatewayError SESSION_NOT_FOUND, UPSTREAM_REFUSED, UPSTREAM_GONE, UPSTREAM_TIMEOUT, TOO_LARGE, UNAVAILABLE,
 *   CREDENTIAL_UNAVAILABLE, CREDENTIAL_REFUSED
 */
export async function postMessage(parts: MessageParts, request: McpRequest): Promise<void> {
  const { req, res, query, route, principal } = request;
  const envelope = unsealSessionId(sealedIdOf(query), parts.keys.all, 'url');
  if (!envelope || !isSessionOf(envelope, route, principal.subject)) {
    throw new GatewayError('SESSION_NOT_FOUND');
  }
  const { closed } = await parts.sessions.find(envelope, route);
  if (closed) throw new GatewayError('SESSION_NOT_FOUND');
  const endpoint = await findEndpoint(parts.routes, route, envelope.endpointId);
  if (!endpoint) throw new GatewayError('SESSION_NOT_FOUND', { detail: 'the replica that held it is gone' });
  const { preserveHost } = route;
  const added = { identity: principal, requestId: request.id, forwarded: parts.forwarded(req), preserveHost };
  const applied = parts.credentials.apply(requestHeaders(req.rawHeaders, req.headers, added), request);
  const headers = applied instanceof Promise ? await applied : applied;
  sendContinue(req, res);
  const buffered = await BufferedMessage.readIfShort(request.body);
  await proxyRequest(parts.upstreams, endpoint, {
    res,
    options: {
      method: 'POST',
      path: envelope.upstreamId,
      headers,
      body: buffered.body,
    },
    clientPath: clientPathFor(parts.referenceTo, { req, route, endpoint }),
    onHead({ status }) {
      const refusal = credentialRefusal(parts, request, status);
      if (!refusal) return [];
      buffered.notAccepted();
      return Promise.reject(refusal);
    },
    delivery: buffered,
    permit: parts.grants.permit({ principal, route, req, message: request.message, delivery: buffered }, 'answer'),
  }).catch((error: unknown) => {
    throw clientError(buffered, error);
  });
}
