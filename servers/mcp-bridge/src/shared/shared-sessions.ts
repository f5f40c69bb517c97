import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventStream } from '../http/event-stream.js';
import { Exchange } from '../http/exchange.js';
import { acceptsOf, Refusal, sendJson } from '../http/reply.js';
import { replaced, spanOf } from '../json-text.js';
import { errorFor, idIn, oddMember, type Body, type Message } from '../message.js';
import { checkAccepts } from '../session.js';
import type { LegacyGreeting } from './handshake.js';
import type { Multiplexer } from './multiplexer.js';
import type { Greeted } from './shared-server.js';

const MAX_STREAMS = 1_000;
const LEGACY_VERSIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

/**
 * Legacy clients that share one server. Nothing is kept of a session: its id only tells equal request ids of two clients apart, so a
 * server that starts again ends no session.
 */
export class SharedSessions {
  readonly #streams = new Map<string, EventStream>();

  /** @param server starts it, unless it runs */
  constructor(private readonly server: () => Promise<Greeted<LegacyGreeting>>) {}

  /** @throws Refusal */
  async post(body: Body, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const accepts = acceptsOf(req);
    checkAccepts(accepts);
    body.messages.forEach(refuseOddMember);
    const requests = body.messages.filter(({ kind }) => kind === 'request');
    const owner = String(req.headers['mcp-session-id'] ?? '');
    const [first] = requests;
    let greeted: Greeted<LegacyGreeting>;
    try {
      greeted = await this.server();
    } catch (error) {
      if (!first?.id) throw new Refusal(502, -32_000, (error as Error).message);
      return sendJson(res, 200, errorFor(first.id, -32_000, (error as Error).message));
    }
    const { server, greeting } = greeted;
    if (first?.method === 'initialize') return greet(first, greeting, res);
    const ids = requests.flatMap(({ id }) => id ?? []);
    const used = ids.find(({ key }, at) => server.hasOpen(owner, key) || ids.findIndex((id) => id.key === key) < at);
    if (used) throw new Refusal(400, -32_600, `A request with the id ${used.json} is under way. Use another id.`);
    const onBlocked = (isBlocked: boolean) => server.block(isBlocked);
    const exchange =
      ids.length === 0 ? undefined : new Exchange(res, { ids, isBatch: body.isBatch, accepts, onBlocked });
    for (const message of body.messages) forward(server, owner, message, exchange);
    if (!exchange) res.writeHead(202).end();
  }

  /** @throws Refusal */
  get(req: IncomingMessage, res: ServerResponse): void {
    const owner = String(req.headers['mcp-session-id'] ?? '');
    if (!acceptsOf(req).events) throw new Refusal(406, -32_000, 'The Accept header must name text/event-stream.');
    if (this.#streams.has(owner))
      throw new Refusal(409, -32_000, 'The session has an open stream. Close it before another is opened.');
    if (this.#streams.size >= MAX_STREAMS)
      throw new Refusal(503, -32_000, 'Too many streams are open.', { 'retry-after': '30' });
    this.#streams.set(owner, new EventStream(res, owner === '' ? {} : { 'mcp-session-id': owner }, () => {}));
    res.once('close', () => this.#streams.delete(owner));
  }

  delete(req: IncomingMessage, res: ServerResponse): void {
    this.#streams.get(String(req.headers['mcp-session-id'] ?? ''))?.end();
    res.writeHead(200, { 'content-length': 0 }).end();
  }

  broadcast(text: string): void {
    for (const stream of this.#streams.values()) stream.event(text);
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.end();
  }
}

/** @throws Refusal */
export function refuseOddMember(message: Message): void {
  const name = oddMember(message);
  if (name === undefined) return;
  throw new Refusal(
    400,
    -32_600,
    `The message has the member ${JSON.stringify(name)}. Write it as MCP does, or leave it out.`,
  );
}

/** Answers with what the server has said, in the version that the client asks for if it is older. */
function greet({ id, params }: Message, { result, protocolVersion }: LegacyGreeting, res: ServerResponse): void {
  if (!id) return;
  const asked = params['protocolVersion'];
  const isOlder = typeof asked === 'string' && LEGACY_VERSIONS.includes(asked) && asked < protocolVersion;
  const version: [ReturnType<typeof spanOf>, string] = [spanOf(result, ['protocolVersion']), JSON.stringify(asked)];
  const agreed = isOlder ? replaced(result, [version]) : result;
  sendJson(res, 200, `{"jsonrpc":"2.0","id":${id.json},"result":${agreed}}`, { 'mcp-session-id': randomUUID() });
}

function forward(server: Multiplexer, owner: string, message: Message, exchange: Exchange | undefined): void {
  if (message.kind === 'request') {
    if (!message.id || !exchange || server.request(owner, message, exchange)) return;
    return exchange.failOne(
      message.id,
      -32_000,
      'The MCP server has too many requests; this one was not sent. Try again later.',
    );
  }
  if (message.method === 'notifications/cancelled') {
    const id = idIn(message, ['requestId']);
    if (id) server.cancel(owner, id.key, 'the client has cancelled it');
  } else if (message.method === 'notifications/roots/list_changed' || message.method === 'notifications/initialized') {
    // The server has been told by the bridge, which has no roots.
  } else if (message.kind === 'notification') server.notify(message.text);
}
