import { Readable } from 'node:stream';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { CarryParts } from '../recovery/carried.js';
import { ClientAnswer } from '../recovery/client-answer.js';
import { initializeIn } from '../recovery/initialize-in.js';
import { negotiatedVersion } from '../recovery/negotiated-version.js';
import { longTail } from '../recovery/tail.js';
import { capture } from './capture.js';
import type { ForwardRequest } from './forward.js';
import { keepIfShort } from './keep.js';
import { send } from './send.js';

const MAX_ATTEMPTS = 3;
/** Of the answer, in bytes: enough for the message that an event stream ends with. */
const MAX_TAIL_BYTES = 64 * 1024;

/**
 * Has a request answered that belongs to no session, and may open one.
 * @throws GatewayError as `send`
 */
export async function open(
  parts: CarryParts,
  request: ForwardRequest,
  endpoint: Endpoint,
  headers: string[],
): Promise<void> {
  const { req, res, era, route } = request;
  const { body } = await keepIfShort(request.body);
  const mayOpen = era === 'legacy' && route.affinity === 'session' && req.method === 'POST';
  const sending = { ...request, body, headers, session: null };
  if (!mayOpen || !body) {
    const nothing = () => null;
    return passingOver(parts, request, endpoint, (to) =>
      send(parts, { ...sending, endpoint: to, sink: res, initialize: nothing }),
    );
  }

  // What initialize says is needed to repeat it elsewhere, and what it is answered with.
  const captured = body instanceof Readable ? capture(body) : { body, text: () => body.toString('utf8') };
  const tail = longTail(MAX_TAIL_BYTES);
  const answer = new ClientAnswer(res, { tail });
  let opened: string | undefined;
  await passingOver(parts, request, endpoint, (to) =>
    send(parts, {
      ...sending,
      endpoint: to,
      sink: answer.next(),
      body: captured.body,
      initialize: () => initializeIn(captured.text()),
      onOpen: (id) => (opened = id),
    }),
  );
  const version =
    opened === undefined ? null : negotiatedVersion(Buffer.concat(tail.take()).toString('utf8'), answer.isEvents);
  if (opened === undefined || version === null) return;
  // Without it the version that the client names on its requests has to do.
  await parts.sessions.records.note(opened, 'protocolVersion', version).catch(() => {});
}

/** Goes on to the next replica when one refuses the connection: nothing of the request has been there. */
async function passingOver(
  { balancer }: CarryParts,
  { res, era, route }: ForwardRequest,
  first: Endpoint,
  attempt: (endpoint: Endpoint) => Promise<void>,
): Promise<void> {
  const avoid = new Set<string>();
  for (let endpoint: Endpoint | undefined = first; ;) {
    try {
      return await attempt(endpoint);
    } catch (error) {
      const isRefused = error instanceof GatewayError && error.code === 'UPSTREAM_REFUSED';
      avoid.add(endpoint.id);
      const isStateless = era === 'modern' || route.affinity === 'none';
      const next = balancer[isStateless ? 'forRequest' : 'forSession'](route, { avoid });
      if (!isRefused || !next || avoid.size >= MAX_ATTEMPTS || res.destroyed) throw error;
      endpoint = next;
    }
  }
}
