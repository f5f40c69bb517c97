import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptsOf, Refusal, sessionNotFound } from './http/reply.js';
import type { Log } from './log.js';
import type { Body } from './message.js';
import type { StartPeer } from './peer.js';
import { checkAccepts, Session } from './session.js';

export interface SessionsOptions {
  startPeer: StartPeer;
  maxSessions: number;
  idleMs: number;
  startMs: number;
  requestMs: number;
  log: Log;
}

const SWEEP_MS = 1_000;

/** The legacy sessions of a bridge, each with a server of its own (MCP 2025-11-25, transports, session management). */
export class Sessions {
  readonly #open = new Map<string, Session>();
  /** Sessions that are over and whose servers have not ended yet, oldest first. They count as the open ones do. */
  readonly #ending = new Set<Session>();
  readonly #sweep: NodeJS.Timeout;
  #count = 0;

  constructor(private readonly options: SessionsOptions) {
    const every = Math.min(SWEEP_MS, options.idleMs);
    this.#sweep = setInterval(() => this.#endIdle(), every).unref();
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws Refusal */
  post(body: Body, req: IncomingMessage, res: ServerResponse): void {
    const accepts = acceptsOf(req);
    checkAccepts(accepts);
    const [first] = body.messages;
    if (first?.method === 'initialize' && first.kind === 'request') return this.#start(body, accepts, res);
    this.#find(req).post(body, res, { accepts });
  }

  /** @throws Refusal */
  get(req: IncomingMessage, res: ServerResponse): void {
    const session = this.#find(req);
    if (!acceptsOf(req).events) throw new Refusal(406, -32_000, 'The Accept header must name text/event-stream.');
    session.openStream(res);
  }

  /** @throws Refusal */
  delete(req: IncomingMessage, res: ServerResponse): void {
    this.#end(this.#find(req));
    res.writeHead(200, { 'content-length': 0 }).end();
  }

  /** Resolves when no server is left. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    for (const session of this.#open.values()) this.#end(session);
    await Promise.all([...this.#ending].map((session) => session.end()));
  }

  #find(req: IncomingMessage): Session {
    const id = req.headers['mcp-session-id'];
    if (typeof id !== 'string') {
      throw new Refusal(400, -32_000, 'The header Mcp-Session-Id is missing. A session begins with initialize.');
    }
    const session = this.#open.get(id);
    if (!session) throw sessionNotFound();
    return session;
  }

  #start(body: Body, accepts: ReturnType<typeof acceptsOf>, res: ServerResponse): void {
    if (body.messages.length > 1) throw new Refusal(400, -32_600, 'initialize must not be part of a batch.');
    this.#makeRoom();
    const { startMs } = this.options;
    const id = randomUUID();
    const session = new Session({
      ...this.options,
      id,
      name: String((this.#count += 1)),
      onEnded: () => {
        this.#open.delete(id);
        this.#ending.delete(session);
      },
    });
    this.#open.set(id, session);
    const onError = () => this.#end(session); // there is no session without an answer to initialize
    const exchange = session.post(body, res, { accepts, headers: { 'mcp-session-id': id }, onError });
    if (!exchange) return;
    const late = setTimeout(() => {
      const seconds = startMs / 1000;
      exchange.fail(
        -32_001,
        `The MCP server has not answered initialize within ${seconds} s (MCP_BRIDGE_START_SECONDS)`,
      );
    }, startMs).unref();
    res.once('close', () => {
      clearTimeout(late);
      if (!res.writableFinished) this.#end(session); // the client left before it knew the session
    });
  }

  /** @throws Refusal 503 */
  #makeRoom(): void {
    const { maxSessions } = this.options;
    if (this.#open.size + this.#ending.size < maxSessions) return;
    if (this.#open.size < maxSessions) {
      const [oldest] = this.#ending;
      oldest?.kill();
      if (oldest) this.#ending.delete(oldest);
      return;
    }
    const why = `All ${maxSessions} sessions are in use (MCP_BRIDGE_MAX_SESSIONS). Try again later, or raise the limit or the number of replicas.`;
    throw new Refusal(503, -32_000, why, { 'retry-after': '30' });
  }

  #end(session: Session): void {
    if (!this.#open.delete(session.id)) return;
    this.#ending.add(session);
    void session.end();
  }

  #endIdle(): void {
    const now = Date.now();
    for (const session of this.#open.values()) if (session.idleMs(now) >= this.options.idleMs) this.#end(session);
  }
}
