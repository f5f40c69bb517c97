import { spanOf } from './json-text.js';

/** A JSON value of a message by which answers find their requests: an id, or a progress token. */
export interface Id {
  /** Equal for equal values, however they are written. */
  key: string;
  /** As it was written. */
  json: string;
}

/** One JSON-RPC 2.0 message with its text, which has no line break. */
export interface Message {
  kind: 'request' | 'notification' | 'response';
  text: string;
  id: Id | undefined;
  method: string | undefined;
  params: Record<string, unknown>;
  isError: boolean;
}

/** Not JSON, or not a message of JSON-RPC; `code` is JSON-RPC's. */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
  constructor(
    readonly code: -32700 | -32600,
    message: string,
  ) {
    super(message);
  }
}

export interface Body {
  messages: Message[];
  /** Only 2025-03-26 has batches. */
  isBatch: boolean;
}

const MAX_BATCH = 100;

/** @throws UnreadableMessage */
export function readBody(text: string): Body {
  const value = parsed(text);
  if (!Array.isArray(value)) return { messages: [messageOf(value, onOneLine(text))], isBatch: false };
  if (value.length === 0 || value.length > MAX_BATCH) {
    throw new UnreadableMessage(-32600, `A batch must have 1 to ${MAX_BATCH} messages.`);
  }
  return { messages: value.map((each) => messageOf(each, JSON.stringify(each))), isBatch: true };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableMessage(-32700, 'The message is not JSON.');
  }
}

/** Valid JSON has line breaks only where a space means the same. */
const onOneLine = (text: string): string => (/[\r\n]/.test(text) ? text.replaceAll(/[\r\n]/g, ' ') : text);

function messageOf(value: unknown, text: string): Message {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') {
    throw new UnreadableMessage(-32600, 'The message is not a JSON-RPC 2.0 message.');
  }
  const { id, method, params, error, result } = value;
  const common = { text, params: isObject(params) ? params : {}, isError: error !== undefined };
  if (typeof method === 'string') {
    if (id === undefined) return { kind: 'notification', id: undefined, method, ...common };
    if (isId(id)) return { kind: 'request', id: idAt(text, ['id'], id), method, ...common };
  } else if (error !== undefined || result !== undefined) {
    const known = isId(id) ? idAt(text, ['id'], id) : undefined;
    return { kind: 'response', id: known, method: undefined, ...common };
  }
  throw new UnreadableMessage(
    -32600,
    'The message has neither a method nor a result, or its id is not a string or a number.',
  );
}

/** A number that JSON.parse rounds is told apart from others by how it is written. */
function idAt(text: string, path: readonly string[], value: string | number): Id {
  const span = spanOf(text, path) ?? [0, 0];
  const json = text.slice(...span);
  return { key: typeof value === 'number' && !Number.isSafeInteger(value) ? json : JSON.stringify(value), json };
}

/** The value at this path if it can be an id. */
export function idIn(message: Message, path: readonly string[]): Id | undefined {
  let value: unknown = message.params;
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return isId(value) ? idAt(message.text, ['params', ...path], value) : undefined;
}

/** The members by which a shared server is told whose message it is (JSON-RPC 2.0 §4; MCP, `_meta`). */
const MEMBERS = new Set(['jsonrpc', 'id', 'method', 'params', '_meta', 'progresstoken', 'requestid']);

/**
 * A member that a parser which ignores case, such as that of Go, takes for one of JSON-RPC; undefined when there is none.
 * Clients of a shared server could claim each other's requests with it.
 */
export function oddMember({ text, params }: Message): string | undefined {
  const names = [JSON.parse(text), params, params['_meta']].flatMap((each) =>
    isObject(each) ? Object.keys(each) : [],
  );
  return names.find((name) => !KNOWN.has(name) && MEMBERS.has(name.toUpperCase().toLowerCase()));
}
const KNOWN = new Set(['jsonrpc', 'id', 'method', 'params', '_meta', 'progressToken', 'requestId']);

const isId = (id: unknown): id is string | number => typeof id === 'string' || typeof id === 'number';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The answer to a request that the bridge cannot get from the server. */
export const errorFor = (id: Id, code: number, message: string): string =>
  `{"jsonrpc":"2.0","id":${id.json},"error":${JSON.stringify({ code, message })}}`;
