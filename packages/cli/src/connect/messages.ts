import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/client';

/** `_meta` of a request of 2026-07-28 and later names its version; there is no session then. */
const VERSION_META = 'io.modelcontextprotocol/protocolVersion';

/** What the relay has to know of a message. */
export type Sort =
  | { kind: 'initialize'; id: RequestId }
  | { kind: 'request'; id: RequestId; method: string; isModern: boolean }
  | { kind: 'cancel'; id: RequestId }
  | { kind: 'initialized' }
  | { kind: 'notification' }
  | { kind: 'response'; id: RequestId | undefined };

export function sortOf(message: JSONRPCMessage): Sort {
  if (!('method' in message)) return { kind: 'response', id: message.id ?? undefined };
  const { method } = message;
  const params = message.params as { _meta?: Record<string, unknown>; requestId?: RequestId } | undefined;
  if ('id' in message) {
    if (method === 'initialize') return { kind: 'initialize', id: message.id };
    return { kind: 'request', id: message.id, method, isModern: typeof params?._meta?.[VERSION_META] === 'string' };
  }
  if (method === 'notifications/initialized') return { kind: 'initialized' };
  if (method === 'notifications/cancelled' && params?.requestId !== undefined)
    return { kind: 'cancel', id: params.requestId };
  return { kind: 'notification' };
}

/** An answer that the relay gives itself. Its code is the one that SDKs use for a connection that ended. */
export const failure = (id: RequestId, message: string): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id,
  error: { code: -32000, message },
});
