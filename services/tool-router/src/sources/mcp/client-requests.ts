import {
  ProtocolError,
  ProtocolErrorCode,
  type JSONRPCRequest,
  type Notification,
  type Result,
} from '@modelcontextprotocol/client';
import type { CallContext, ClientPeer } from '../source.js';

/** Changes of lists are the catalogue's affair, progress and cancellation that of the request they belong to. */
const NOT_FOR_CLIENTS = /^notifications\/((tools|prompts|resources)\/list_changed|progress|cancelled)$/;

/**
 * Hands a request of a server (sampling, elicitation, roots) to the client of the session. It belongs to the request of the
 * client that began last, as far as one is under way: the client then gets it on the stream of that request.
 */
export const askClient =
  (underWay: ReadonlySet<CallContext>, client: ClientPeer) =>
  ({ method, params }: JSONRPCRequest, signal: AbortSignal): Promise<Result> => {
    const ask = lastOf(underWay)?.ask ?? client.ask;
    if (!ask) throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'The client takes no requests');
    return ask({ method, ...(params && { params }) }, signal);
  };

export const tellClient =
  (underWay: ReadonlySet<CallContext>, client: ClientPeer) =>
  (notification: Notification): void => {
    if (NOT_FOR_CLIENTS.test(notification.method)) return;
    const isLog = notification.method === 'notifications/message';
    const { notify } = (isLog ? lastOf(underWay) : undefined) ?? client;
    notify(notification);
  };

function lastOf(underWay: ReadonlySet<CallContext>): CallContext | undefined {
  let last: CallContext | undefined;
  for (const context of underWay) last = context;
  return last;
}
