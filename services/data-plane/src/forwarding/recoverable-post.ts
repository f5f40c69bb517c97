import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import { send } from './send.js';
import { afterFailure } from './retry-policy.js';
import { answering, failPendingWith, tell } from './client-error.js';
import { resolveToolHints } from './idempotent-tools.js';
import {
  mayHaveRun,
  settle,
  routedEndpoint,
  initialPlacement,
  type RecoverableRequest,
  type ForwardingParts,
} from './recoverable.js';
import { ClientResponse } from './response/client-response.js';
import { eventIdEpoch } from './response/event-ids.js';
import { initializeMessage } from './session-settings.js';
import { isResumable } from './session-probe.js';
import { without } from '../upstream/call.js';
import { SseTracker } from './response/sse-tracker.js';
import { endIfUnknown, throwIfUnknown } from './session-probe.js';
import { BufferedMessage } from './buffered-message.js';
import type { Placement } from '../sessions/relocate/relocator.js';
import { rejectedRequestIds } from './session-settings.js';
import { settingsRecorder } from './session-settings.js';
import { SessionUnknown } from './session-probe.js';
import { tailBuffer } from './response/tail-buffer.js';

/** A stream that has begun plain goes on plain; and ids of events can be stamped only where they can be read. */
const isAboutCodings = (name: string) => name === 'accept-encoding';
/** Of the answer to a message that asks for something that lasts as long as the session. */
const MAX_TAIL_BYTES = 64 * 1024;
const SEND_AGAIN = 'the session goes on; send it again';

/** Has what a client posts in a session answered. See `carry`. */
export async function recoverablePost(
  parts: ForwardingParts,
  carried: RecoverableRequest,
  endpoint: Endpoint | undefined,
): Promise<void> {
  const posted = await BufferedMessage.read(carried.request.body);
  let first: Placement;
  try {
    if (!endpoint && posted.holdsResponse) return drop(parts, carried, posted);
    first = await initialPlacement(parts, carried, endpoint, posted);
  } catch (error) {
    throw answering(posted, error);
  }
  // Not before: those who wait to move the session must not keep each other from it.
  const over = parts.sessions.uses.send(carried.session.envelope.id, first.endpoint.id);
  await postWithRecovery(parts, carried, first, posted).finally(over);
}

async function postWithRecovery(
  parts: ForwardingParts,
  carried: RecoverableRequest,
  first: Placement,
  posted: BufferedMessage,
): Promise<void> {
  const { request, session, headers } = carried;
  const remember = settingsRecorder(parts.sessions.records, session.envelope.id, posted);
  const tail = remember && tailBuffer(MAX_TAIL_BYTES);
  const answer = new ClientResponse(request.res, { events: new SseTracker('answer'), ...(tail && { tail }) });
  const refused = () => rejectedRequestIds(Buffer.concat(tail?.take() ?? []).toString('utf8'), answer.isEvents);
  let at = first;
  let renewed = false;
  let isAccepted = false;

  for (let attempt = 1; ; attempt += 1) {
    let error: unknown;
    const stamp = eventIdEpoch(session.envelope, at.place);
    const part = answer.next(stamp);
    try {
      await send(parts, {
        ...request,
        sink: part,
        body: posted.body,
        delivery: posted,
        headers: answer.begun || stamp !== '' ? without(headers, isAboutCodings) : headers,
        endpoint: at.endpoint,
        session: { ...session, place: at.place },
        initialize: () => initializeMessage(posted.text),
        onStatus(status) {
          // A session that has just begun is not begun again: the client gets the 404.
          if (status === 404) return (renewed ? endIfUnknown : throwIfUnknown)(parts, carried, at);
          isAccepted = status < 300;
          return undefined;
        },
      });
      if (!part.isUnusable) {
        if (isAccepted) await remember?.(refused());
        waitForClient(parts, carried, at, answer.resumableFor(posted));
        return;
      }
      error = new GatewayError('UPSTREAM_GONE');
    } catch (thrown) {
      error = thrown;
    }
    const ran = mayHaveRun(error);
    const begun = !answer.begun ? 'no' : answer.isEvents ? 'events' : 'other';
    if (ran === undefined && begun === 'events') return failPendingWith(answer, posted, error);
    if (ran === undefined) throw answering(posted, error);
    if (!ran) posted.notAccepted();
    const ids = posted.requestIds;
    const answered = ids.length > 0 ? answer.unanswered(ids).length === 0 : !posted.isReadable && answer.hasAnswered;
    const resumable = ran && !answered && (await isResumable(parts, carried, { at, part, error }));
    const next = afterFailure({
      asked: posted.message,
      mayHaveRun: posted.mayHaveRun,
      mayRunTwice: posted.mayRunTwice,
      isBuffered: posted.isBuffered,
      begun,
      answered,
      resumable,
      attempt,
    });
    switch (next) {
      case 'cut':
        if (resumable) waitForClient(parts, carried, at, answer.resumableFor(posted));
        throw error;
      case 'finish':
        await remember?.(refused());
        return answer.close();
      case 'tell':
        return tell(answer, posted, { cause: error });
      case 'stay':
        if (!(await routedEndpoint(parts, carried, at, error))) return drop(parts, carried, posted);
        break;
      case 'renew':
      case 'repeat':
      case 'ask':
        try {
          at = await settle(parts, carried, at, error);
          if (next === 'renew') return tell(answer, posted, { cause: error, detail: SEND_AGAIN });
          if (next === 'ask') {
            const told = await resolveToolHints(parts, carried, at, posted.message);
            if (!told.mayRunTwice) return tell(answer, posted, { cause: error });
            posted.markToolRepeatable();
            at = told.at;
          }
          renewed ||= error instanceof SessionUnknown;
        } catch (unsettled) {
          return failPendingWith(answer, posted, unsettled);
        }
        break;
      default:
        return unreachable(next);
    }
    if (request.res.destroyed) return;
  }
}

function waitForClient(
  { polled }: ForwardingParts,
  { session }: RecoverableRequest,
  { place }: Placement,
  resumable: ReturnType<ClientResponse['resumableFor']>,
): void {
  if (resumable) polled.add(session.envelope.id, place, resumable);
}

/** A server's question is gone with its session on that server: the client has answered it, and nobody waits for that. */
function drop({ log }: ForwardingParts, { request, session }: RecoverableRequest, posted: BufferedMessage): void {
  if (posted.requestIds.length > 0) throw new GatewayError('UPSTREAM_REFUSED');
  log.debug(
    { adapter: request.route.name, session: session.envelope.id },
    'an answer was dropped, as the server that asked is gone',
  );
  request.res.writeHead(202, { 'content-length': 0 }).end();
}
