import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import { send } from '../steps/send.js';
import { afterFailure } from './after-failure.js';
import { answering, answerRequests, tell } from './answer-requests.js';
import { askOfTool } from './ask-of-tool.js';
import { mayHaveRun, settle, stillThere, whereToBegin, type Carried, type CarryParts } from './carried.js';
import { ClientAnswer } from './client-answer.js';
import { stampOf } from './event-ids.js';
import { initializeIn } from './initialize-in.js';
import { isResumable } from './is-resumable.js';
import { without } from './own-headers.js';
import { PassedEvents } from './passed-events.js';
import { endUnknown, refuseUnknown } from './refuse-unknown.js';
import { Posted } from './posted.js';
import type { Settled } from './recover.js';
import { refusalsIn } from './refusals-in.js';
import { rememberer } from './remember.js';
import { SessionUnknown } from './session-unknown.js';
import { longTail } from './tail.js';

/** A stream that has begun plain goes on plain; and ids of events can be stamped only where they can be read. */
const isAboutCodings = (name: string) => name === 'accept-encoding';
/** Of the answer to a message that asks for something that lasts as long as the session. */
const MAX_TAIL_BYTES = 64 * 1024;
const SEND_AGAIN = 'the session goes on; send it again';

/** Has what a client posts in a session answered. See `carry`. */
export async function carryMessage(parts: CarryParts, carried: Carried, endpoint: Endpoint | undefined): Promise<void> {
  const posted = await Posted.read(carried.request.body);
  let first: Settled;
  try {
    if (!endpoint && posted.holdsResponse) return drop(parts, carried, posted);
    first = await whereToBegin(parts, carried, endpoint, posted);
  } catch (error) {
    throw answering(posted, error);
  }
  // Not before: those who wait to move the session must not keep each other from it.
  const over = parts.sessions.uses.send(carried.session.envelope.id, first.endpoint.id);
  await carryPosted(parts, carried, first, posted).finally(over);
}

async function carryPosted(parts: CarryParts, carried: Carried, first: Settled, posted: Posted): Promise<void> {
  const { request, session, headers } = carried;
  const remember = rememberer(parts.sessions.records, session.envelope, posted);
  const tail = remember && longTail(MAX_TAIL_BYTES);
  const answer = new ClientAnswer(request.res, { events: new PassedEvents('answer'), ...(tail && { tail }) });
  const refused = () => refusalsIn(Buffer.concat(tail?.take() ?? []).toString('utf8'), answer.isEvents);
  let at = first;
  let renewed = false;
  let isTaken = false;

  for (let attempt = 1; ; attempt += 1) {
    let error: unknown;
    const stamp = stampOf(session.envelope, at.place);
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
        initialize: () => initializeIn(posted.text),
        onStatus(status) {
          // A session that has just begun is not begun again: the client gets the 404.
          if (status === 404) return (renewed ? endUnknown : refuseUnknown)(parts, carried, at);
          isTaken = status < 300;
          return undefined;
        },
      });
      if (!part.isUnusable) {
        if (isTaken) await remember?.(refused());
        waitForClient(parts, carried, at, answer.resumableFor(posted));
        return;
      }
      error = new GatewayError('UPSTREAM_GONE');
    } catch (thrown) {
      error = thrown;
    }
    const ran = mayHaveRun(error);
    const begun = !answer.begun ? 'no' : answer.isEvents ? 'events' : 'other';
    if (ran === undefined && begun === 'events') return answerRequests(answer, posted, error);
    if (ran === undefined) throw answering(posted, error);
    if (!ran) posted.notTaken();
    const ids = posted.requestIds;
    const answered = ids.length > 0 ? answer.unanswered(ids).length === 0 : !posted.isReadable && answer.hasAnswered;
    const resumable = ran && !answered && (await isResumable(parts, carried, { at, part, error }));
    const next = afterFailure({
      asked: posted.message,
      mayHaveRun: posted.mayHaveRun,
      mayRunTwice: posted.mayRunTwice,
      isKept: posted.isKept,
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
        if (!(await stillThere(parts, carried, at, error))) return drop(parts, carried, posted);
        break;
      case 'renew':
      case 'repeat':
      case 'ask':
        try {
          at = await settle(parts, carried, at, error);
          if (next === 'renew') return tell(answer, posted, { cause: error, detail: SEND_AGAIN });
          if (next === 'ask') {
            const told = await askOfTool(parts, carried, at, posted.message);
            if (!told.mayRunTwice) return tell(answer, posted, { cause: error });
            posted.callsRepeatableTool();
            at = told.at;
          }
          renewed ||= error instanceof SessionUnknown;
        } catch (unsettled) {
          return answerRequests(answer, posted, unsettled);
        }
        break;
      default:
        return unreachable(next);
    }
    if (request.res.destroyed) return;
  }
}

function waitForClient(
  { polled }: CarryParts,
  { session }: Carried,
  { place }: Settled,
  resumable: ReturnType<ClientAnswer['resumableFor']>,
): void {
  if (resumable) polled.add(session.envelope.id, place, resumable);
}

/** A server's question is gone with its session on that server: the client has answered it, and nobody waits for that. */
function drop({ log }: CarryParts, { request, session }: Carried, posted: Posted): void {
  if (posted.requestIds.length > 0) throw new GatewayError('UPSTREAM_REFUSED');
  log.debug(
    { adapter: request.route.name, session: session.envelope.id },
    'an answer was dropped, as the server that asked is gone',
  );
  request.res.writeHead(202, { 'content-length': 0 }).end();
}
