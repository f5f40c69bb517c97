import { SEARCH_CALL } from '@mcp-gateway/common/contracts';
import { type Message, messagesOf, readMessage } from '@mcp-gateway/protocol';
import { type RequestBody, sendContinue } from './body.js';
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
  return context.message ?? (context.body ? readBody(context, context.body) : NO_MESSAGE);
}

async function readBody(context: RequestContext, body: RequestBody): Promise<Message> {
  sendContinue(context.req, context.res);
  body.read = await bufferBody(body);
  return (context.message = readMessage(body.read.bytes?.toString('utf8') ?? ''));
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
export function calledTools(message: Message, hasSearch = false): string[] {
  const tools: string[] = [];
  for (const each of messagesOf(message)) {
    if (each.kind !== 'request' || each.method !== 'tools/call') continue;
    const { name } = calledTool(each.params, hasSearch);
    if (typeof name === 'string') tools.push(name);
  }
  return tools;
}
