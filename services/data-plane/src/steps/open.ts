import { Readable } from 'node:stream';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import type { CarryParts } from '../recovery/carried.js';
import { ClientAnswer } from '../recovery/client-answer.js';
import { initializeIn } from '../recovery/initialize-in.js';
import { negotiatedVersion } from '../recovery/negotiated-version.js';
import { longTail } from '../recovery/tail.js';
import { capture } from './capture.js';
import type { ForwardRequest } from './forward.js';
import { keepIfShort } from './keep.js';
import { passingOver } from './passing-over.js';
import { send } from './send.js';

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
  const isStateless = era === 'modern' || route.affinity === 'none';
  const next = (avoid: ReadonlySet<string>) =>
    parts.balancer[isStateless ? 'forRequest' : 'forSession'](route, { avoid });
  if (!mayOpen || !body) {
    const nothing = () => null;
    return passingOver(res, endpoint, next, (to) =>
      send(parts, { ...sending, endpoint: to, sink: res, initialize: nothing }),
    );
  }

  // What initialize says is needed to repeat it elsewhere, and what it is answered with.
  const captured = body instanceof Readable ? capture(body) : { body, text: () => body.toString('utf8') };
  const tail = longTail(MAX_TAIL_BYTES);
  const answer = new ClientAnswer(res, { tail });
  let opened: string | undefined;
  await passingOver(res, endpoint, next, (to) =>
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
