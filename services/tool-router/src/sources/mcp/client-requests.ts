import {
  ProtocolError,
  ProtocolErrorCode,
  type JSONRPCRequest,
  type Notification,
  type Result,
} from '@modelcontextprotocol/client';
import type { CallContext, ClientPeer } from '../source.js';
import { requestOfMessage } from './connection.js';

/** Changes of lists are the catalogue's affair, progress and cancellation that of the request they belong to. */
const NOT_FOR_CLIENTS = /^notifications\/((tools|prompts|resources)\/list_changed|progress|cancelled)$/;

/** Hands a request of a server (sampling, elicitation, roots) to the client of the session, on the stream of the request that it belongs to. */
export const askClient =
  (underWay: ReadonlySet<CallContext>, client: ClientPeer) =>
  ({ method, params }: JSONRPCRequest, signal: AbortSignal): Promise<Result> => {
    const ask = (requestOfMessage() ?? lastOf(underWay))?.ask ?? client.ask;
    if (!ask) throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'The client takes no requests');
    return ask({ method, ...(params && { params }) }, signal);
  };

export const tellClient =
  (underWay: ReadonlySet<CallContext>, client: ClientPeer) =>
  (notification: Notification): void => {
    if (NOT_FOR_CLIENTS.test(notification.method)) return;
    const { notify } = requestOfMessage() ?? (client.ask ? client : (lastOf(underWay) ?? client));
    notify(notification);
  };

/** What a server says on the stream of the gateway's own session belongs to no client; what it says in an answer does. */
export function tellCaller(notification: Notification): void {
  if (notification.method === 'notifications/message') requestOfMessage()?.notify(notification);
}

/** On a stream of its own, a server does not say which request it is about. */
function lastOf(underWay: ReadonlySet<CallContext>): CallContext | undefined {
  let last: CallContext | undefined;
  for (const context of underWay) last = context;
  return last;
}
