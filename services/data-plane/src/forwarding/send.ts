import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import { type Era, HEADER, type Message } from '@mcp-gateway/protocol';
import { MAX_UPSTREAM_ID_BYTES, sealSessionId, type SessionEnvelope, type SessionKeyRing } from '@mcp-gateway/sessions';
import { terminateUpstreamSession } from '../sessions/termination.js';
import type { CredentialRequester, UpstreamCredentials } from '../credentials/upstream-credentials.js';
import { sessionHeaders } from '../upstream/call.js';
import { clientPathFor, pathWithQuery } from '../upstream/redirects.js';
import type { McpRequest } from '../request/context.js';
import type { ReferenceTo } from '../request/reference.js';
import type { SessionStore } from '../sessions/store.js';
import type { Upstreams } from '../upstream/pools.js';
import type { AnswerKind, Grant, Grants } from '../request/grants.js';
import { proxyRequest, type ResponseHead, type ResponseSink } from '../upstream/proxy.js';
import type { OpenSession } from '../sessions/location.js';

/** Its answer stays open for messages of the server (MCP 2026-07-28). */
const LISTEN = 'subscriptions/listen';

export interface SendParts {
  sessions: SessionStore;
  keys: SessionKeyRing;
  upstreams: Upstreams;
  referenceTo: ReferenceTo;
  grants: Grants;
  credentials: UpstreamCredentials;
  log: Logger;
}

/** A request to one endpoint. */
export interface Sending extends Grant {
  /** The id of the HTTP request. */
  id: string;
  sink: ResponseSink;
  body: Buffer | Readable | null;
  query: string;
  era: Era;
  endpoint: Endpoint;
  /** The headers as the server gets them, without its session id. */
  headers: readonly string[];
  session: OpenSession | null;
  /** The client's initialize message, when the body is one and was small enough to buffer. */
  initialize: () => string | null;
  /** Called with a session that this request has opened. */
  onOpen?: (session: SessionEnvelope) => void;
  /** Learns when the first byte is sent, and that the server has not acted on it. */
  delivery?: { sent(): void; notAccepted(): void; readonly message: Message };
  /** Runs when the server begins to answer; a rejection becomes the answer. */
  onStatus?: (status: number) => Promise<void> | undefined;
}

/** What of a request goes into each `Sending` for it. Picked, because its context has many more members to copy. */
export const partToSend = ({ id, req, query, era, route, principal, message }: McpRequest) => ({
  id,
  req,
  query,
  era,
  route,
  principal,
  message,
});

function kindOf({ method, headers }: IncomingMessage): AnswerKind {
  if (method === 'GET') return 'stream';
  return headers['mcp-method'] === LISTEN ? 'subscription' : 'answer';
}

/**
 * Sends the request to the endpoint and streams the answer back. Translates session ids between the client and the
 * server. Resolves when the answer has ended.
 * @throws GatewayError UPSTREAM_REFUSED, UPSTREAM_GONE, UPSTREAM_TLS_FAILED, UPSTREAM_TIMEOUT, UPSTREAM_INVALID,
 *   TOO_LARGE, UNAVAILABLE, SESSION_LIMIT, QUOTA_EXCEEDED, CREDENTIAL_REFUSED
 */
export async function send(parts: SendParts, sending: Sending): Promise<void> {
  const { req, sink, body, query, era, route, endpoint, session } = sending;
  const mayOpenSession = era === 'legacy' && route.affinity === 'session' && req.method === 'POST';
  const kind = kindOf(req);
  const headers = [...sending.headers, ...(session ? ['Mcp-Session-Id', session.location.upstreamId] : [])];
  let unrequested: string | undefined;

  /** The header with the client's session id, when the server has named its session. */
  const named = ({ status, upstreamSessionId }: ResponseHead): string[] => {
    if (session && session.location.upstreamId === upstreamSessionId) return [HEADER.sessionId, session.sealedId];
    if (!session && status < 300) unrequested = upstreamSessionId;
    return [];
  };
  try {
    await proxyRequest(parts.upstreams, endpoint, {
      res: sink,
      options: {
        method: req.method as 'POST',
        path: pathWithQuery(endpoint.path, query),
        headers,
        body,
        isStream: kind !== 'answer',
      },
      delivery: sending.delivery,
      clientPath: clientPathFor(parts.referenceTo, { req, route, endpoint }),
      permit: parts.grants.permit(sending, kind),
      onHead(head) {
        const { status, upstreamSessionId } = head;
        const refusal = credentialRefusal(parts, sending, status);
        if (refusal) {
          sending.delivery?.notAccepted();
          return Promise.reject(refusal);
        }
        const opened =
          mayOpenSession && status < 300 && upstreamSessionId !== session?.location.upstreamId
            ? upstreamSessionId
            : undefined;
        const ended = session && req.method === 'DELETE' && (status < 300 || status === 404) ? session : undefined;
        const first = sending.onStatus?.(status);
        if (!first && opened === undefined && !ended) return named(head);
        return (async () => {
          await first;
          // The server has ended the session in any case.
          if (ended) await parts.sessions.end(ended.envelope, route, { tellServer: false }).catch(() => {});
          if (opened === undefined) return named(head);
          const sealedId = await openSession(parts, sending, opened);
          if (sealedId !== undefined) return [HEADER.sessionId, sealedId];
          unrequested = opened;
          return [];
        })();
      },
    });
  } finally {
    if (unrequested !== undefined) endUnrequested(parts, sending, unrequested);
  }
}

/**
 * Why the client does not get the answer 401 of a server that got a credential of the adapter: the client would sign in
 * to the gateway again, which changes nothing. The next request gets a new credential.
 */
export function credentialRefusal(
  { credentials }: Pick<SendParts, 'credentials'>,
  request: CredentialRequester,
  status: number,
): GatewayError | undefined {
  const { credential, identityToken } = request.route.upstreamAuth ?? {};
  if (status !== 401 || (credential === undefined && !identityToken)) return undefined;
  credentials.refused(request);
  return new GatewayError('CREDENTIAL_REFUSED');
}

/**
 * Ends a session that the server began where none is allowed: a server may take any message for an initialize, whatever
 * the headers say. The client gets no id of it and it does not count, so it must not remain. Runs after the answer,
 * which may be a stream of that session.
 */
function endUnrequested(
  { upstreams, log }: SendParts,
  { id, route, principal, endpoint, headers }: Sending,
  upstreamId: string,
): void {
  log.warn(
    { requestId: id, kind: route.kind, name: route.name, caller: principal.subject },
    'a server began a session where none is allowed; the gateway ends it',
  );
  void terminateUpstreamSession(upstreams, endpoint, { upstreamId, headers: sessionHeaders(headers) });
}

/**
 * Writes the record before the client gets the id. Returns undefined when the record cannot be written and the request
 * is not an initialize: the request has run, so its answer passes without a session.
 */
async function openSession(parts: SendParts, sending: Sending, upstreamId: string): Promise<string | undefined> {
  const { sessions, keys, upstreams } = parts;
  const { route, principal, endpoint, initialize, onOpen } = sending;
  if (Buffer.byteLength(upstreamId) > MAX_UPSTREAM_ID_BYTES) {
    throw new GatewayError('UPSTREAM_INVALID', {
      detail: `the server's session id is longer than ${MAX_UPSTREAM_ID_BYTES} bytes`,
    });
  }
  const envelope: SessionEnvelope = {
    id: randomUUID(),
    kind: route.kind,
    resourceId: route.resourceId,
    endpointId: endpoint.id,
    upstreamId,
    caller: principal.subject,
    issuedAt: Math.floor(Date.now() / 1000),
  };
  const sealed = sealSessionId(envelope, keys.sealing());
  const said = initialize();
  try {
    await sessions.open(envelope, route, { initialize: said, tenant: principal.tenant });
  } catch (error) {
    if (said === null) return undefined;
    // The client never gets an id for it.
    void terminateUpstreamSession(upstreams, endpoint, { upstreamId, headers: sessionHeaders(sending.headers) });
    throw error;
  }
  onOpen?.(envelope);
  return sealed;
}
