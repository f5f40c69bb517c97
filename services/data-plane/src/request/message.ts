import { SEARCH_CALL } from '@mcp-gateway/common/contracts';
import { type Message, messagesOf, readMessage } from '@mcp-gateway/protocol';
import { sendContinue } from './body.js';
import { bufferBody } from './buffer-body.js';
import type { RequestContext } from './context.js';

const NO_MESSAGE: Message = { kind: 'unreadable' };

/**
 * The JSON-RPC message in the body of a request, for steps that decide by it. It is read and parsed once; the context
 * then holds it, and the body is forwarded as before. Without a body, and when the body is longer than
 * `MAX_BUFFERED_BYTES`, the message is `unreadable`.
 * @throws GatewayError TOO_LARGE
 */
export function messageOf(context: RequestContext): Message | Promise<Message> {
  return context.message ?? (context.body ? readBody(context) : NO_MESSAGE);
}

async function readBody(context: RequestContext): Promise<Message> {
  sendContinue(context.req, context.res);
  const read = await bufferBody(context.body);
  if (context.body) context.body.read = read;
  return (context.message = readMessage(read.bytes?.toString('utf8') ?? ''));
}

/**
 * What the parameters of a `tools/call` call. In a toolset with a search, `call_tool` calls the tool in its arguments; the tool
 * router reads them in the same way.
 */
export function calledTool(params: Record<string, unknown>, hasSearch: boolean): { name: unknown; arguments: unknown } {
  const { name, arguments: given } = params;
  if (!hasSearch || name !== SEARCH_CALL) return { name, arguments: given };
  const inner = Object(given) as Record<string, unknown>;
  return typeof inner['name'] === 'string'
    ? { name: inner['name'], arguments: inner['arguments'] }
    : { name, arguments: given };
}

/** The tools that a message calls; more than one in a batch. @param hasSearch it is for a toolset with a search */
export const calledTools = (message: Message, hasSearch = false): string[] =>
  messagesOf(message).flatMap((each) => {
    const isCall = each.kind === 'request' && each.method === 'tools/call';
    const { name } = isCall ? calledTool(each.params, hasSearch) : {};
    return typeof name === 'string' ? [name] : [];
  });
