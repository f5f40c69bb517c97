import { withoutHeaders } from '@mcp-gateway/protocol';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import { send } from './send.js';
import { afterFailure } from './retry-policy.js';
import { clientError, failPending, failPendingWith } from './client-error.js';
import { resolveToolHints } from './idempotent-tools.js';
import {
  type ForwardingParts,
  initialPlacement,
  mayHaveRun,
  nextPlacement,
  type RecoverableRequest,
  routedEndpoint,
} from './recoverable.js';
import { ClientResponse } from './response/client-response.js';
import { eventIdEpoch } from './response/event-ids.js';
import { initializeMessage, rejectedRequestIds, settingsRecorder } from './session-settings.js';
import { endIfUnknown, isResumable, throwIfUnknown } from './session-probe.js';
import { SseTracker } from './response/sse-tracker.js';
import { BufferedMessage } from './buffered-message.js';
import { tailBuffer } from './response/tail-buffer.js';
import type { Placement } from '../sessions/relocate/relocation.js';
import { SessionUnknown } from '../upstream/call.js';

/** A stream that has begun plain goes on plain; and ids of events can be stamped only where they can be read. */
const isAboutCodings = (name: string) => name === 'accept-encoding';
/** Of the answer to a message that asks for something that lasts as long as the session. */
const MAX_TAIL_BYTES = 64 * 1024;
const SEND_AGAIN = 'the session goes on; send it again';

/** Has what a client posts in a session answered. See `carry`. */
export async function recoverablePost(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  endpoint: Endpoint | undefined,
): Promise<void> {
  const buffered = await BufferedMessage.read(recoverable.request.body);
  let first: Placement;
  try {
    if (!endpoint && buffered.holdsResponse) return dropResponse(parts, recoverable, buffered);
    first = await initialPlacement(parts, recoverable, endpoint, buffered);
  } catch (error) {
    throw clientError(buffered, error);
  }
  // Not before: those who wait to move the session must not keep each other from it.
  const endCall = parts.sessions.activity.send(recoverable.session.envelope.id, first.endpoint.id);
  await postWithRecovery(parts, recoverable, first, buffered).finally(endCall);
}

async function postWithRecovery(
  parts: ForwardingParts,
  recoverable: RecoverableRequest,
  first: Placement,
  buffered: BufferedMessage,
): Promise<void> {
  const { request, session, headers } = recoverable;
  const remember = settingsRecorder(parts.sessions.records, session.envelope, buffered);
  const tail = remember && tailBuffer(MAX_TAIL_BYTES);
  const answer = new ClientResponse(request, { events: new SseTracker('answer'), ...(tail && { tail }) });
  const refused = () => rejectedRequestIds(Buffer.concat(tail?.take() ?? []).toString('utf8'), answer.isEvents);
  let at = first;
  let isRelocated = false;
  let isAccepted = false;

  for (let attempt = 1; ; attempt += 1) {
    let error: unknown;
    const epoch = eventIdEpoch(session.envelope, at.location);
    const part = answer.next(epoch);
    try {
      await send(parts, {
        ...request,
        sink: part,
        body: buffered.body,
        delivery: buffered,
        headers: answer.begun || epoch !== '' ? withoutHeaders(headers, isAboutCodings) : headers,
        endpoint: at.endpoint,
        session: { ...session, location: at.location },
        initialize: () => initializeMessage(buffered.text),
        onStatus(status) {
          // A session that has just begun is not begun again: the client gets the 404.
          if (status === 404) return (isRelocated ? endIfUnknown : throwIfUnknown)(parts, recoverable, at);
          isAccepted = status < 300;
          return undefined;
        },
      });
      if (!part.isUnusable) {
        if (isAccepted) await remember?.(refused());
        awaitResumption(parts, recoverable, at, answer.resumableFor(buffered));
        return;
      }
      error = new GatewayError('UPSTREAM_GONE');
    } catch (thrown) {
      error = thrown;
    }
    const ran = mayHaveRun(error);
    const begun = !answer.begun ? 'no' : answer.isEvents ? 'events' : 'other';
    if (ran === undefined && begun === 'events') return failPendingWith(answer, buffered, error);
    if (ran === undefined) throw clientError(buffered, error);
    if (!ran) buffered.notAccepted();
    const ids = buffered.requestIds;
    const answered = ids.length > 0 ? answer.unanswered(ids).length === 0 : !buffered.isReadable && answer.hasAnswered;
    const resumable = ran && !answered && (await isResumable(parts, recoverable, { at, part, error }));
    const next = afterFailure({
      asked: buffered.message,
      mayHaveRun: buffered.mayHaveRun,
      mayRunTwice: buffered.mayRunTwice,
      isBuffered: buffered.isBuffered,
      begun,
      answered,
      resumable,
      attempt,
    });
    switch (next) {
      case 'cut':
        if (resumable) awaitResumption(parts, recoverable, at, answer.resumableFor(buffered));
        throw error;
      case 'finish':
        await remember?.(refused());
        return answer.close();
      case 'tell':
        return failPending(answer, buffered, { cause: error });
      case 'stay':
        if (!(await routedEndpoint(parts, recoverable, at, error))) return dropResponse(parts, recoverable, buffered);
        break;
      case 'renew':
      case 'repeat':
      case 'ask':
        try {
          at = await nextPlacement(parts, recoverable, at, error);
          if (next === 'renew') return failPending(answer, buffered, { cause: error, detail: SEND_AGAIN });
          if (next === 'ask') {
            const told = await resolveToolHints(parts, recoverable, at, buffered.message);
            if (!told.mayRunTwice) return failPending(answer, buffered, { cause: error });
            buffered.markToolRepeatable();
            at = told.at;
          }
          isRelocated ||= error instanceof SessionUnknown;
        } catch (failure) {
          return failPendingWith(answer, buffered, failure);
        }
        break;
      default:
        return unreachable(next);
    }
    if (request.res.destroyed) return;
  }
}

function awaitResumption(
  { resumptions }: ForwardingParts,
  { session }: RecoverableRequest,
  { location }: Placement,
  resumable: ReturnType<ClientResponse['resumableFor']>,
): void {
  if (resumable) resumptions.add(session.envelope.id, location, resumable);
}

/** A server's question is gone with its session on that server: the client has answered it, and nobody waits for that. */
function dropResponse(
  { log }: ForwardingParts,
  { request, session }: RecoverableRequest,
  buffered: BufferedMessage,
): void {
  if (buffered.requestIds.length > 0) throw new GatewayError('UPSTREAM_REFUSED');
  log.debug(
    { requestId: request.id, ...request.resource, session: session.envelope.id },
    'an answer was dropped, as the server that asked is gone',
  );
  request.res.writeHead(202, { 'content-length': 0 }).end();
}
