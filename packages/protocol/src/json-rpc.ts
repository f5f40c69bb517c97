import { unreachable, type GatewayError } from '@mcp-gateway/common/errors';

/** The id of a JSON-RPC 2.0 request; a bigint when a number would round it. */
export type RpcId = string | number | bigint;

/** The kind of a client's body, as far as the gateway needs it. */
export type Message =
  | { kind: 'request'; id: RpcId; method: string; params: Record<string, unknown> }
  | { kind: 'notification'; method: string; params: Record<string, unknown> }
  | { kind: 'response'; id: RpcId }
  /** Only 2025-03-26 has batches. */
  | { kind: 'batch'; messages: Message[] }
  /** Not JSON, or not JSON-RPC. The server answers with the error. */
  | { kind: 'unreadable' };

const UNREADABLE: Message = { kind: 'unreadable' };

/** Never throws: a text that cannot be parsed is `unreadable`. */
export function readMessage(text: string): Message {
  try {
    return messageOf(parseMessage(text));
  } catch {
    return UNREADABLE;
  }
}

/**
 * Parses a message, or a batch of them, without rounding ids.
 * @throws SyntaxError
 */
export function parseMessage(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const isRounded = Array.isArray(value) ? value.some(hasInexactId) : hasInexactId(value);
  return isRounded ? JSON.parse(text, exactId) : value; // rare, because it is far slower
}

const hasInexactId = (value: unknown) => isObject(value) && isInexact(value['id']);
const isInexact = (id: unknown) => typeof id === 'number' && !Number.isSafeInteger(id);

function exactId(this: unknown, key: string, value: unknown, { source = '' }: { source?: string } = {}): unknown {
  return key === 'id' && isInexact(value) && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** The message, or the messages of a batch. */
export const messagesOf = (message: Message): Message[] => (message.kind === 'batch' ? message.messages : [message]);

function messageOf(value: unknown): Message {
  if (Array.isArray(value)) return { kind: 'batch', messages: value.map((each) => messageOf(each)) };
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return UNREADABLE;
  const { id, method } = value;
  if (typeof method !== 'string') return isId(id) ? { kind: 'response', id } : UNREADABLE;
  const params = isObject(value['params']) ? value['params'] : {};
  if (id === undefined) return { kind: 'notification', method, params };
  return isId(id) ? { kind: 'request', id, method, params } : UNREADABLE;
}

const isId = (id: unknown): id is RpcId => typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Methods that read, or set a state that repeating them does not change (MCP 2025-11-25, server features). */
const REPEATABLE = new Set([
  'ping',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
]);

/** `tools/list`, `resources/templates/list` and all other lists. */
const LISTS = /\/list$/;

/** Whether a server may act on the message twice without a difference, judging by the message alone. */
export function isRepeatable(message: Message): boolean {
  switch (message.kind) {
    case 'request':
    case 'notification':
      return REPEATABLE.has(message.method) || LISTS.test(message.method);
    case 'response':
      return true; // in the session of the request; the server ignores a second answer
    case 'batch':
      return message.messages.every(isRepeatable);
    case 'unreadable':
      return false;
    default:
      return unreachable(message);
  }
}

/** The pinned Node has it; TypeScript's library does not declare it yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON: (text: string) => unknown };

/**
 * The gateway's own error on an MCP path, as the body of an answer: a list when it answers a batch.
 * @param ids of the JSON-RPC requests that the error answers
 * @param requestId of the HTTP request, as in `X-Request-Id`
 */
export function rpcErrorBody(
  error: GatewayError,
  requestId: string,
  ids: RpcId | readonly RpcId[] | undefined = error.rpcId,
): string {
  const answer = Array.isArray(ids)
    ? ids.map((id: RpcId) => rpcError(error, requestId, id))
    : rpcError(error, requestId, ids as RpcId | undefined);
  return JSON.stringify(answer);
}

/**
 * The error for one request (JSON-RPC 2.0 §5.1). The id is null when the gateway has forwarded the message without
 * reading it.
 */
export function rpcError(error: GatewayError, requestId: string, id: RpcId | undefined) {
  return {
    jsonrpc: '2.0',
    id: typeof id === 'bigint' ? rawJSON(String(id)) : (id ?? null),
    error: {
      code: error.rpcCode,
      message: error.detail === undefined ? error.title : `${error.title}: ${error.detail}`,
      data: { code: error.code, requestId },
    },
  };
}
