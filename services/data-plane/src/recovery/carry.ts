import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import { messagesOf, readMessage, rpcError, type Message, type RequestId } from '@mcp-gateway/protocol';
import type { ForwardRequest } from '../steps/forward.js';
import { keep } from '../steps/keep.js';
import { send } from '../steps/send.js';
import type { OpenSession, Target } from '../steps/session.js';
import { afterFailure } from './after-failure.js';
import { askOfTool } from './ask-of-tool.js';
import { carryStream } from './carry-stream.js';
import { displaced, mayHaveRun, settle, type Carried, type CarryParts } from './carried.js';
import { ClientAnswer } from './client-answer.js';
import { movesNow } from './drain.js';
import { knowsSession } from './knows-session.js';
import type { Settled } from './recover.js';
import { rememberer } from './remember.js';
import { SessionUnknown } from './session-unknown.js';

const SEND_AGAIN = { detail: 'the session goes on; send it again' };

/**
 * Has a request of a session answered by whichever replica the session lives on, and sees to it that it lives on one.
 * See docs/sessions.md for what is sent again and what is not.
 * @throws GatewayError as `send` and `Recovery.recover`
 */
export async function carry(
  parts: CarryParts,
  request: ForwardRequest,
  target: Target & { session: OpenSession },
  headers: string[],
): Promise<void> {
  const { session, endpoint } = target;
  const { req } = request;
  const carried: Carried = { request, session, headers };
  if (req.method === 'DELETE') return carryEnd(parts, carried, target);
  const { body, kept } = await keep(request.body);
  const at = await whereToBegin(parts, carried, endpoint);
  if (req.method === 'GET') return carryStream(parts, carried, at, body);

  const message: Message = kept ? readMessage(kept.toString('utf8')) : { kind: 'unreadable' };
  return carryMessage(parts, carried, { at, body, isKept: kept !== null, message });
}

/** Where the session lives, once it lives on a replica that is there and stays. */
async function whereToBegin(parts: CarryParts, carried: Carried, endpoint: Endpoint | undefined): Promise<Settled> {
  const { envelope, place } = carried.session;
  if (!endpoint) return displaced(parts, carried, place, 'gone');
  const here = { place, endpoint };
  const others = parts.sessions.uses.calls(envelope.id) - (carried.request.req.method === 'POST' ? 1 : 0);
  if (!movesNow(endpoint, others, Date.now())) return here;
  // With nowhere to go, or no Redis, it stays as long as it can.
  return displaced(parts, carried, place, 'draining').catch(() => here);
}

interface Posted {
  at: Settled;
  body: Awaited<ReturnType<typeof keep>>['body'];
  isKept: boolean;
  message: Message;
}

async function carryMessage(parts: CarryParts, carried: Carried, { at: first, body, isKept, message }: Posted) {
  const { request, session, headers } = carried;
  const answer = new ClientAnswer(request.res);
  const ids = messagesOf(message).flatMap((each) => (each.kind === 'request' ? [each.id] : []));
  const isInitialize = message.kind === 'request' && message.method === 'initialize';
  const remember = rememberer(parts.sessions.records, session.envelope.id, message);
  let at = first;
  let renewed = false;

  for (let attempt = 1; ; attempt += 1) {
    let error: unknown;
    const part = answer.next();
    try {
      await send(parts, {
        ...request,
        sink: part,
        body,
        headers,
        endpoint: at.endpoint,
        session: { ...session, place: at.place },
        initialize: () => (isInitialize ? (body as Buffer).toString('utf8') : null),
        async onStatus(status) {
          // From a session that has just begun, 404 is the server's own business.
          const isDoubtful = status === 404 && !renewed;
          if (isDoubtful && !(await knowsSession(parts.upstreams, carried, at))) throw new SessionUnknown();
          if (status < 300) await remember();
        },
      });
      if (!part.isUnusable) return;
      error = new GatewayError('UPSTREAM_GONE');
    } catch (thrown) {
      error = thrown;
    }
    const ran = mayHaveRun(error);
    if (ran === undefined) throw error;
    const begun = !answer.begun ? 'no' : answer.isEvents ? 'events' : 'other';
    const left = answer.unanswered(ids);
    const answered = ids.length > 0 && left.length === 0;
    const next = afterFailure({ asked: message, mayHaveRun: ran, isKept, begun, answered, attempt });
    switch (next) {
      case 'cut':
        throw error;
      case 'finish':
        return answer.end();
      case 'tell':
        return tell(answer, left, ran, error);
      case 'renew':
      case 'repeat':
      case 'ask':
        try {
          at = await settle(parts, carried, at, error);
          if (next === 'renew') return tell(answer, left, ran, error, SEND_AGAIN);
          if (next === 'ask') {
            const told = await askOfTool(parts, carried, at, message);
            if (!told.mayRunTwice) return tell(answer, left, ran, error);
            at = told.at;
          }
          renewed ||= error instanceof SessionUnknown;
        } catch (unsettled) {
          return failed(answer, left, unsettled);
        }
        if (request.res.destroyed) return;
        break;
      default:
        return unreachable(next);
    }
  }
}

/** Says whether it may have run: in the stream, when that has begun, else as the answer. */
function tell(answer: ClientAnswer, ids: RequestId[], ran: boolean, cause: unknown, options = {}): void {
  failed(answer, ids, new GatewayError(ran ? 'UPSTREAM_GONE' : 'UPSTREAM_REFUSED', { ...options, cause }));
}

function failed(answer: ClientAnswer, ids: RequestId[], thrown: unknown): void {
  const error = thrown instanceof GatewayError ? thrown : new GatewayError('INTERNAL', { cause: thrown });
  if (!answer.begun) {
    const { code, detail, headers, cause } = error;
    const [requestId] = ids;
    throw new GatewayError(code, { ...(detail !== undefined && { detail }), headers, cause, requestId });
  }
  for (const id of ids) answer.say(rpcError(error, id));
  answer.end();
}

/** A session whose replica is gone needs nobody to end it. */
async function carryEnd(
  parts: CarryParts,
  { request, session, headers }: Carried,
  { endpoint }: Target,
): Promise<void> {
  const { res, route } = request;
  try {
    if (endpoint) {
      return await send(parts, { ...request, sink: res, headers, session, endpoint, initialize: () => null });
    }
  } catch (error) {
    if (res.headersSent || mayHaveRun(error) === undefined) throw error;
  }
  await parts.sessions.end(session.envelope, route, { tellServer: false }).catch(() => {});
  res.writeHead(200, { 'content-length': 0 }).end();
}
