/** A JSON-RPC 2.0 id of a request; a bigint, where a number would be another one. */
export type RequestId = string | number | bigint;

/** What a client's body is, as far as a gateway has to know. */
export type Message =
  | { kind: 'request'; id: RequestId; method: string; params: Record<string, unknown> }
  | { kind: 'notification'; method: string; params: Record<string, unknown> }
  | { kind: 'response'; id: RequestId }
  /** Only in 2025-03-26. */
  | { kind: 'batch'; messages: Message[] }
  /** Not JSON, or not JSON-RPC. The server will say so. */
  | { kind: 'unreadable' };

const UNREADABLE: Message = { kind: 'unreadable' };

/** Never throws: what cannot be read is told to be so. */
export function readMessage(text: string): Message {
  try {
    return messageOf(parseMessage(text));
  } catch {
    return UNREADABLE;
  }
}

/**
 * A message, or a batch of them, with its ids as they are.
 * @throws SyntaxError
 */
export function parseMessage(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const isRounded = [value].flat().some((each) => isObject(each) && isInexact(each['id']));
  return isRounded ? JSON.parse(text, exactId) : value; // seldom, as that takes far longer
}

const isInexact = (id: unknown) => typeof id === 'number' && !Number.isSafeInteger(id);

function exactId(this: unknown, key: string, value: unknown, { source = '' }: { source?: string } = {}): unknown {
  return key === 'id' && isInexact(value) && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** The messages, when there is a batch of them. */
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
