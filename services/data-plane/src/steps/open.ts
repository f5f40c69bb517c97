import type { SessionId } from '@mcp-gateway/sessions';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { answering } from '../recovery/answer-requests.js';
import type { CarryParts } from '../recovery/carried.js';
import { ClientAnswer } from '../recovery/client-answer.js';
import { initializeIn } from '../recovery/initialize-in.js';
import { negotiatedVersion } from '../recovery/negotiated-version.js';
import { Posted } from '../recovery/posted.js';
import { longTail } from '../recovery/tail.js';
import { endpoints, type Endpoints } from './endpoints.js';
import type { ForwardRequest } from './forward.js';
import { passingOver } from './passing-over.js';
import { send, type Sending } from './send.js';

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
  const mayOpen = era === 'legacy' && route.affinity === 'session' && req.method === 'POST' && request.body !== null;
  const posted = await Posted.readIfShort(request.body, { isCaptured: mayOpen });
  const others = endpoints(parts, request);
  const sending = { ...request, body: posted.body, delivery: posted, headers, session: null };
  try {
    if (mayOpen) return await openSession(parts, sending, { posted, endpoint, others });
    const nothing = () => null;
    let again: ClientAnswer | undefined;
    await passingOver(res, endpoint, others, (to, attempt) => {
      // Each attempt listens to its sink, and `res` would gather the listeners of all.
      const sink = attempt === 1 ? res : (again ??= new ClientAnswer(res)).next();
      return send(parts, { ...sending, endpoint: to, sink, initialize: nothing });
    });
  } catch (error) {
    throw answering(posted, error);
  }
}

/** What initialize says is needed to repeat it elsewhere, and what it is answered with. */
async function openSession(
  parts: CarryParts,
  sending: Omit<Sending, 'sink' | 'endpoint' | 'initialize'> & Pick<ForwardRequest, 'res'>,
  { posted, endpoint, others }: { posted: Posted; endpoint: Endpoint; others: Endpoints },
): Promise<void> {
  const tail = longTail(MAX_TAIL_BYTES);
  const answer = new ClientAnswer(sending.res, { tail });
  let opened: SessionId | undefined;
  await passingOver(sending.res, endpoint, others, (to) =>
    send(parts, {
      ...sending,
      endpoint: to,
      sink: answer.next(),
      initialize: () => initializeIn(posted.text),
      onOpen: (session) => (opened = session),
    }),
  );
  const version =
    opened === undefined ? null : negotiatedVersion(Buffer.concat(tail.take()).toString('utf8'), answer.isEvents);
  if (opened === undefined || version === null) return;
  // Without it the version that the client names on its requests has to do.
  await parts.sessions.records.set(opened, 'protocolVersion', version).catch(() => {});
}
