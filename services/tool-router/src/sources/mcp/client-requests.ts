import {
  ProtocolError,
  ProtocolErrorCode,
  type JSONRPCRequest,
  type Notification,
  type Result,
} from '@modelcontextprotocol/client';
import type { Principal } from '@mcp-gateway/common/principal';
import type { CallContext, ClientPeer } from '../source.js';
import { requestOfMessage } from './connection.js';

/** Changes of lists are the catalogue's affair, progress and cancellation that of the request they belong to. */
const NOT_FOR_CLIENTS = /^notifications\/((tools|prompts|resources)\/list_changed|progress|cancelled)$/;

/** Requests of servers that one client has not answered yet. */
export const MAX_QUESTIONS = 16;
const QUESTION_MS = 10 * 60_000;
const QUESTIONS = new WeakMap<ClientPeer, number>();

/** Between a server and the client that has a session there. */
export interface SessionParts {
  underWay: ReadonlySet<CallContext>;
  client: ClientPeer;
  /** Asked for each message: permission may be withdrawn while a session is open. */
  mayReach: (principal: Principal) => boolean;
  /** How long a request of the server waits for its answer. */
  questionMs?: number;
}

/**
 * Hands a request of a server (sampling, elicitation, roots) to the client of the session, on the stream of the request that it
 * belongs to.
 */
export const askClient =
  ({ underWay, client, mayReach, questionMs = QUESTION_MS }: SessionParts) =>
  async ({ method, params }: JSONRPCRequest, signal: AbortSignal): Promise<Result> => {
    const request = requestOfMessage() ?? lastOf(underWay);
    const asked = request?.client ?? client;
    const ask = request?.ask ?? client.ask;
    if (!ask || !mayReach(asked.principal))
      throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'The client takes no requests');
    const open = QUESTIONS.get(asked) ?? 0;
    if (open >= MAX_QUESTIONS) {
      const message = `The client has ${open} requests to answer already; wait for its answers`;
      throw new ProtocolError(ProtocolErrorCode.InternalError, message);
    }
    QUESTIONS.set(asked, open + 1);
    try {
      return await ask(
        { method, ...(params && { params }) },
        AbortSignal.any([signal, AbortSignal.timeout(questionMs)]),
      );
    } finally {
      QUESTIONS.set(asked, (QUESTIONS.get(asked) ?? 1) - 1);
    }
  };

export const tellClient =
  ({ underWay, client, mayReach }: SessionParts) =>
  (notification: Notification): void => {
    if (NOT_FOR_CLIENTS.test(notification.method)) return;
    const request = requestOfMessage() ?? (client.ask ? undefined : lastOf(underWay));
    const told = request?.client ?? client;
    // Only revisions with sessions have ids of elicitations to complete.
    if (told.era === 'modern' && notification.method === 'notifications/elicitation/complete') return;
    if (mayReach(told.principal)) (request ?? client).notify(notification);
  };

/** What a server says on the stream of the gateway's own session belongs to no client; what it says in an answer does. */
export function tellCaller(notification: Notification, mayReach: SessionParts['mayReach']): void {
  const request = requestOfMessage();
  if (notification.method !== 'notifications/message' || !request) return;
  if (mayReach(request.client.principal)) request.notify(notification);
}

/** On a stream of its own, a server does not say which request it is about. */
function lastOf(underWay: ReadonlySet<CallContext>): CallContext | undefined {
  let last: CallContext | undefined;
  for (const context of underWay) last = context;
  return last;
}
