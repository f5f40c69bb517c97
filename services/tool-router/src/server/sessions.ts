import { randomUUID } from 'node:crypto';
import { resourceKey } from '@mcp-gateway/common/contracts';
import { sessionNotFound, unavailable } from '@mcp-gateway/common/errors';
import { WebStandardStreamableHTTPServerTransport, type Notification, type Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Kind } from '../catalog/view.js';
import { authInfoOf, type Caller } from './caller.js';
import type { Announcements } from './announcements.js';
import { isWanted, type SessionPeer } from './call-context.js';
import { FollowedResources } from './followed-resources.js';
import type { ReadRequest } from './read-request.js';
import { createMcpServer, type McpServerParts } from './mcp-server.js';

const MAX_SESSIONS = 10_000;
/** Data planes end sessions long before. */
const IDLE_MS = 24 * 3_600_000;
const SWEEP_MS = 60_000;
const NO_LIMIT_MS = 86_400_000;
const AnyResult = z.looseObject({});

interface Session {
  transport: WebStandardStreamableHTTPServerTransport;
  server: Server;
  /** Of the last request: roles may change while the session lives. */
  caller: Caller;
  exchanges: number;
  lastUsed: number;
  forget: () => void;
}

/** The sessions of legacy clients (MCP 2025-11-25, transports, session management). */
export class Sessions {
  readonly #open = new Map<string, Session>();
  readonly #sweep = setInterval(() => void this.#closeIdle(), SWEEP_MS).unref();
  #starting = 0;

  constructor(
    private readonly parts: McpServerParts,
    private readonly announcements: Announcements,
  ) {}

  get size(): number {
    return this.#open.size;
  }

  /**
   * Serves one request; `send` resolves when the answer has been sent.
   * @throws GatewayError SESSION_NOT_FOUND when the session is not the caller's, or of another toolset or adapter
   */
  async serve(read: ReadRequest, caller: Caller, send: (response: Response) => Promise<void>): Promise<void> {
    const id = read.request.headers.get('mcp-session-id');
    if (id === null) return this.#start(read, caller, send);
    const session = this.#open.get(id);
    if (!session || !isSame(session.caller, caller)) throw sessionNotFound();
    session.caller = caller;
    session.exchanges += 1;
    try {
      await send(await handle(session.transport, read, caller));
    } finally {
      session.exchanges -= 1;
      session.lastUsed = Date.now();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all([...this.#open.values()].map(({ transport }) => transport.close()));
  }

  /** Only `initialize` is valid without a session; the transport of the SDK refuses everything else. */
  async #start(read: ReadRequest, caller: Caller, send: (response: Response) => Promise<void>): Promise<void> {
    if (this.#open.size + this.#starting >= MAX_SESSIONS) throw unavailable('the tool router has too many sessions');
    this.#starting += 1;
    let response: Response;
    try {
      const transport = await this.#connect(caller);
      response = await handle(transport, read, caller);
      if (transport.sessionId === undefined) await transport.close();
    } finally {
      this.#starting -= 1;
    }
    await send(response);
  }

  async #connect(caller: Caller): Promise<WebStandardStreamableHTTPServerTransport> {
    const id = randomUUID();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessioninitialized: () => {
        const checked = () => peer.resources.check();
        const forget = this.announcements.follow({ caller: () => session.caller, seen, tell, checked });
        Object.assign(session, { forget });
        this.#open.set(id, session);
      },
    });
    const seen = new Map<Kind, string>();
    const { calls, views } = this.parts;
    const view = () => views.of(session.caller.principal, session.caller.resource);
    const resources = new FollowedResources(calls, view, (_uri, params) =>
      peer.notify({ method: 'notifications/resources/updated', params }),
    );
    const ends = { caller: () => session.caller, server: () => server };
    const peer = peerOf(`session ${id}`, ends, { seen, resources });
    const server = await createMcpServer(this.parts, caller, peer);
    const tell = (kind: Kind) => void LIST_CHANGED[kind](server).catch(() => {});
    const session: Session = { transport, server, caller, exchanges: 0, lastUsed: Date.now(), forget: () => {} };
    transport.onclose = () => {
      session.forget();
      resources.end();
      if (this.#open.delete(id)) this.parts.catalogue.clientEnded(peer.key);
    };
    endStreamOfCancelledRequests(transport);
    await server.connect(transport);
    return transport;
  }

  async #closeIdle(): Promise<void> {
    const until = Date.now() - IDLE_MS;
    const idle = [...this.#open.values()].filter(({ exchanges, lastUsed }) => exchanges === 0 && lastUsed < until);
    await Promise.all(idle.map(({ transport }) => transport.close()));
  }
}

const isSame = (a: Caller, b: Caller): boolean =>
  a.principal.subject === b.principal.subject && resourceKey(a.resource) === resourceKey(b.resource);

const handle = (
  transport: WebStandardStreamableHTTPServerTransport,
  { request, parsedBody }: ReadRequest,
  caller: Caller,
): Promise<Response> => transport.handleRequest(request, { authInfo: authInfoOf(caller), parsedBody });

const LIST_CHANGED: Record<Kind, (server: Server) => Promise<void>> = {
  tools: (server) => server.sendToolListChanged(),
  prompts: (server) => server.sendPromptListChanged(),
  resources: (server) => server.sendResourceListChanged(),
  templates: (server) => server.sendResourceListChanged(),
};

interface Ends {
  caller: () => Caller;
  server: () => Server;
}

interface Kept {
  seen: Map<Kind, string>;
  resources: FollowedResources;
}

function peerOf(key: string, { caller, server }: Ends, { seen, resources }: Kept): SessionPeer {
  const peer: SessionPeer = {
    key,
    era: 'legacy',
    resources,
    get principal() {
      return caller().principal;
    },
    logLevel: undefined,
    get capabilities() {
      return server().getClientCapabilities() ?? {};
    },
    ask: (request, signal) => server().request(request, AnyResult, { signal, timeout: NO_LIMIT_MS }),
    notify(notification: Notification) {
      if (isWanted(notification, peer.logLevel, true))
        void server()
          .notification(notification)
          .catch(() => {});
    },
    hasSeen: (kind, fingerprint) => void seen.set(kind, fingerprint),
  };
  return peer;
}

/** The SDK sends no response to a cancelled request and leaves its event stream open until the client disconnects. */
function endStreamOfCancelledRequests(transport: WebStandardStreamableHTTPServerTransport): void {
  transport.onmessage = (message) => {
    if (!('method' in message) || message.method !== 'notifications/cancelled') return;
    const id = message.params?.['requestId'];
    if (typeof id === 'string' || typeof id === 'number') transport.closeSSEStream(id);
  };
}
