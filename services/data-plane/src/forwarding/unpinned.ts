import type { Endpoint } from '@mcp-gateway/common/contracts';
import type { SessionEnvelope } from '@mcp-gateway/sessions';
import { clientError } from './client-error.js';
import type { ForwardingParts } from './recoverable.js';
import { ClientResponse } from './response/client-response.js';
import { initializeMessage, negotiatedVersion } from './session-settings.js';
import { BufferedMessage } from './buffered-message.js';
import { tailBuffer } from './response/tail-buffer.js';
import { type EndpointCandidates, endpoints, withConnectRetry } from '../upstream/connect-retry.js';
import { partToSend, send, type Sending } from './send.js';
import type { McpRequest } from '../request/context.js';

/** Bytes buffered of the answer: enough for the last message of an event stream. */
const MAX_TAIL_BYTES = 64 * 1024;

/**
 * Forwards a request without a session, which may open one.
 * @throws GatewayError as `send`
 */
export async function forwardUnpinned(
  parts: ForwardingParts,
  request: McpRequest,
  endpoint: Endpoint,
  headers: string[],
): Promise<void> {
  const { req, res, era, route } = request;
  const mayOpen = era === 'legacy' && route.affinity === 'session' && req.method === 'POST' && request.body !== null;
  const buffered = await BufferedMessage.readIfShort(request.body, { isCaptured: mayOpen });
  const others = endpoints(parts, request);
  const sending = { ...partToSend(request), body: buffered.body, delivery: buffered, headers, session: null };
  try {
    if (mayOpen) return await forwardInitialize(parts, { ...sending, res }, { buffered, endpoint, others });
    const noInitialize = () => null;
    let again: ClientResponse | undefined;
    await withConnectRetry(res, endpoint, others, (to, attempt) => {
      // A sink for each attempt: on `res` the listeners of all attempts would accumulate.
      const sink = attempt === 1 ? res : (again ??= new ClientResponse(request)).next();
      return send(parts, { ...sending, endpoint: to, sink, initialize: noInitialize });
    });
  } catch (error) {
    throw clientError(buffered, error);
  }
}

/** Forwards an initialize, and records it and its answer for a replay. */
async function forwardInitialize(
  parts: ForwardingParts,
  sending: Omit<Sending, 'sink' | 'endpoint' | 'initialize'> & Pick<McpRequest, 'id' | 'res'>,
  { buffered, endpoint, others }: { buffered: BufferedMessage; endpoint: Endpoint; others: EndpointCandidates },
): Promise<void> {
  const tail = tailBuffer(MAX_TAIL_BYTES);
  const answer = new ClientResponse(sending, { tail });
  let opened: SessionEnvelope | undefined;
  await withConnectRetry(sending.res, endpoint, others, (to) =>
    send(parts, {
      ...sending,
      endpoint: to,
      sink: answer.next(),
      initialize: () => initializeMessage(buffered.text),
      onOpen: (id) => (opened = id),
    }),
  );
  const version =
    opened === undefined ? null : negotiatedVersion(Buffer.concat(tail.take()).toString('utf8'), answer.isEvents);
  if (opened === undefined || version === null) return;
  // Without it, a replay uses the version that the client names on its requests.
  await parts.sessions.records.set(opened, 'protocolVersion', version).catch(() => {});
}
