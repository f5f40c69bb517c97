import { setTimeout as delay } from 'node:timers/promises';
import { SourceError, type CallContext, type ClientPeer } from '../source.js';
import type { Connection } from './connection.js';

/** A session at a server that keeps state for each client, and the requests of the client that are under way in it. */
export interface ClientSession {
  connection: Connection;
  /** In the order in which they began. */
  underWay: Set<CallContext>;
}

interface Entry {
  session: Promise<ClientSession>;
  /** Once it is open. */
  connection?: Connection;
  /** Of the last request. */
  client: ClientPeer;
  uses: number;
  lastUsed: number;
}

const MAX_SESSIONS = 2_000;
export const MAX_SESSIONS_OF_CALLER = 500;
const IDLE_MS = 10 * 60_000;
const SWEEP_MS = 30_000;

/** Sessions that stay while no request is under way in them. */
export interface KeptSessions {
  has(key: string): boolean;
  /** Called when a session is gone that its client has not ended. */
  lost(key: string): void;
}

export type OpenSession = (context: CallContext, underWay: Set<CallContext>) => Promise<Connection>;

/** The sessions of one server: one for each client, opened when it is needed and ended with the client or when it is idle. */
export class ClientSessions {
  readonly #entries = new Map<string, Entry>();
  readonly #sweep = setInterval(() => this.#closeIdle(), SWEEP_MS).unref();

  constructor(
    private readonly open: OpenSession,
    private readonly kept: KeptSessions,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Runs `use` in the session of the client.
   * @throws SourceError when all sessions that the caller may have are in use
   */
  async within<T>(context: CallContext, use: (session: ClientSession) => Promise<T>): Promise<T> {
    const { key } = context.client;
    let entry = this.#entries.get(key);
    if (!entry) {
      this.#makeRoom(context.client.principal.subject);
      this.#entries.set(key, (entry = this.#opened(context)));
    }
    entry.client = context.client;
    entry.uses += 1;
    try {
      const session = await entry.session;
      session.underWay.add(context);
      try {
        return await use(session);
      } finally {
        session.underWay.delete(context);
      }
    } finally {
      entry.uses -= 1;
      entry.lastUsed = Date.now();
    }
  }

  /** The session of a client, if it has one. */
  async of(key: string): Promise<Connection | undefined> {
    return (await this.#entries.get(key)?.session.catch(() => undefined))?.connection;
  }

  /** The session is gone at the server: the next request opens another one. */
  forget(key: string, connection: Connection): void {
    this.closed(key, connection);
    void connection.close().catch(() => {});
  }

  /** The connection has ended; another one of the same client stays. */
  closed(key: string, connection: Connection): void {
    if (this.#entries.get(key)?.connection !== connection) return;
    this.#entries.delete(key);
    this.kept.lost(key);
  }

  /** Ends the sessions of all clients that may not have one any more. */
  endUnless(mayStay: (client: ClientPeer) => boolean): void {
    for (const [key, { client }] of this.#entries) if (!mayStay(client)) this.revoke(key);
  }

  /** Ends a session that its client may not have any more. It may have one again before it has noticed. */
  revoke(key: string): void {
    this.end(key);
    this.kept.lost(key);
  }

  end(key: string): void {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    void entry?.session.then(({ connection }) => connection.close()).catch(() => {});
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    const sessions = [...this.#entries.values()].map(({ session }) => session);
    this.#entries.clear();
    const closed = sessions.map(async (session) => (await session).connection.close());
    await Promise.race([Promise.allSettled(closed), delay(2_000, undefined, { ref: false })]);
  }

  #opened(context: CallContext): Entry {
    const { client } = context;
    const underWay = new Set<CallContext>();
    const session = this.open(context, underWay).then(
      (connection) => {
        entry.connection = connection;
        return { connection, underWay };
      },
      (error: unknown) => {
        if (this.#entries.get(client.key) === entry) this.#entries.delete(client.key);
        throw error;
      },
    );
    const entry: Entry = { session, client, uses: 0, lastUsed: Date.now() };
    return entry;
  }

  #closeIdle(): void {
    const until = Date.now() - IDLE_MS;
    for (const entry of this.#entries) if (this.#isIdle(entry) && entry[1].lastUsed < until) this.end(entry[0]);
  }

  /** A caller with many sessions gives up one of its own; when there is no room at all, the caller with the most does. */
  #makeRoom(subject: string): void {
    const bySubject = Map.groupBy(this.#entries, ([, { client }]) => client.principal.subject);
    const own = bySubject.get(subject) ?? [];
    if (own.length >= MAX_SESSIONS_OF_CALLER) return this.#endIdlest(own);
    if (this.#entries.size < MAX_SESSIONS) return;
    const [most = []] = [...bySubject.values()].toSorted((a, b) => b.length - a.length);
    this.#endIdlest(most.some((each) => this.#isIdle(each)) ? most : [...this.#entries]);
  }

  #endIdlest(entries: readonly [string, Entry][]): void {
    const [first] = entries.filter((each) => this.#isIdle(each)).toSorted(([, a], [, b]) => a.lastUsed - b.lastUsed);
    if (!first) throw new SourceError('too many sessions at the server are in use; try again later');
    this.end(first[0]);
  }

  #isIdle = ([key, { uses }]: [string, Entry]): boolean => uses === 0 && !this.kept.has(key);
}
