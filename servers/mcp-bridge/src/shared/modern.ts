import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Exchange } from '../http/exchange.js';
import { acceptsOf, Refusal, sendJson } from '../http/reply.js';
import { errorFor, type Body, type Message } from '../message.js';
import { checkAccepts } from '../session.js';
import { FIRST_MODERN_VERSION, VERSION_KEY } from './handshake.js';
import type { Multiplexer } from './multiplexer.js';
import { refuseOddMember } from './shared-sessions.js';
import type { Greeted } from './shared-server.js';

const HEADER_MISMATCH = -32_020;
/** A modern client cancels by closing its request (MCP 2026-07-28, cancellation over Streamable HTTP). */
const CANCELLED = 'notifications/cancelled';
/** The statuses of errors that MCP 2026-07-28 defines (transports, Streamable HTTP); all others are 200. */
const STATUS = new Map([
  [-32_601, 404],
  [HEADER_MISMATCH, 400],
  [-32_021, 400],
  [-32_022, 400],
]);

/** Whether a POST belongs to a stateless revision of MCP: it names one in its header or in `_meta`, and is not `initialize`. */
export function isModern({ messages }: Body, { headers }: IncomingMessage): boolean {
  const [first] = messages;
  if (!first || first.method === 'initialize' || first.kind === 'response') return false;
  const inHeader = headers['mcp-protocol-version'];
  const versions = [versionIn(first), headers['mcp-method'] === undefined ? undefined : inHeader];
  return versions.some((version) => typeof version === 'string' && version >= FIRST_MODERN_VERSION);
}

/**
 * Serves a modern request with the one server that all modern requests share, as they have no sessions. A request whose client has left is
 * cancelled.
 * @param server rejects with a LegacyOnly when the server speaks no modern revision
 * @throws Refusal
 */
export async function serveModern(
  { messages }: Body,
  req: IncomingMessage,
  res: ServerResponse,
  server: () => Promise<Greeted<unknown>>,
): Promise<void> {
  const [message] = messages;
  if (!message || messages.length > 1) throw new Refusal(400, -32_600, 'A modern request is one message.');
  const accepts = acceptsOf(req);
  checkAccepts(accepts);
  refuseOddMember(message);
  const mismatch = mismatchOf(message, req);
  const { id } = message;
  if (mismatch !== undefined) {
    if (!id) throw new Refusal(400, HEADER_MISMATCH, mismatch);
    return sendJson(res, 400, errorFor(id, HEADER_MISMATCH, mismatch));
  }
  let multiplexer: Multiplexer;
  try {
    ({ server: multiplexer } = await server());
  } catch (error) {
    if (error instanceof LegacyOnly) throw new Refusal(400, -32_000, error.message);
    throw new Refusal(502, -32_000, (error as Error).message);
  }
  if (!id) {
    // Requests have other ids at the server, so this could only name one of another client.
    if (message.method !== CANCELLED) multiplexer.notify(message.text);
    return void res.writeHead(202).end();
  }
  const owner = randomUUID();
  const statusOf = (answer: Message) => STATUS.get(codeOf(answer)) ?? 200;
  const onBlocked = (isBlocked: boolean) => multiplexer.block(isBlocked);
  const exchange = new Exchange(res, { ids: [id], isBatch: false, accepts, statusOf, onBlocked });
  res.once('close', () => multiplexer.cancel(owner, id.key, 'the client has closed its request'));
  if (multiplexer.request(owner, message, exchange)) return;
  exchange.failOne(id, -32_000, 'The MCP server has too many requests; this one was not sent. Try again later.');
}

/** The server speaks only revisions that begin with `initialize`. A client that gets this as a 400 falls back to one of them. */
export class LegacyOnly extends Error {
  override readonly name = 'LegacyOnly';
  constructor() {
    super('This MCP server speaks 2025-11-25 and older revisions of MCP only. Begin with initialize.');
  }
}

/** Headers must say what the body says (MCP 2026-07-28, transports, standard request headers). */
function mismatchOf(message: Message, { headers }: IncomingMessage): string | undefined {
  if (headers['mcp-method'] !== message.method)
    return `The header Mcp-Method must be "${message.method}", as in the body.`;
  const version = versionIn(message);
  if (headers['mcp-protocol-version'] !== version)
    return `The header MCP-Protocol-Version must be the version in _meta.`;
  const name = nameIn(message);
  if (name !== undefined && decoded(headers['mcp-name']) !== name)
    return 'The header Mcp-Name must name what the body names.';
  return undefined;
}

function nameIn({ method, params }: Message): unknown {
  if (method === 'tools/call' || method === 'prompts/get') return params['name'];
  return method === 'resources/read' ? params['uri'] : undefined;
}

function decoded(header: string | string[] | undefined): string | undefined {
  const [, base64] = /^=\?base64\?(.*)\?=$/.exec(String(header)) ?? [];
  return base64 === undefined ? (header as string | undefined) : Buffer.from(base64, 'base64').toString();
}

function versionIn({ params }: Message): unknown {
  const meta = params['_meta'] as Record<string, unknown> | null | undefined;
  return meta?.[VERSION_KEY];
}

const codeOf = ({ text, isError }: Message): number =>
  isError ? ((JSON.parse(text) as { error?: { code?: number } }).error?.code ?? 0) : 0;
