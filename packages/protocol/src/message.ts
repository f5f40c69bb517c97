/** The id of a JSON-RPC 2.0 request; a bigint when a number would round it. */
export type RequestId = string | number | bigint;

/** The kind of a client's body, as far as the gateway needs it. */
export type Message =
  | { kind: 'request'; id: RequestId; method: string; params: Record<string, unknown> }
  | { kind: 'notification'; method: string; params: Record<string, unknown> }
  | { kind: 'response'; id: RequestId }
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
  const isRounded = [value].flat().some((each) => isObject(each) && isInexact(each['id']));
  return isRounded ? JSON.parse(text, exactId) : value; // rare, because it is far slower
}

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

const isId = (id: unknown): id is RequestId => ['string', 'number', 'bigint'].includes(typeof id);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
