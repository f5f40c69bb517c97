import { setTimeout as delay } from 'node:timers/promises';
import type { CallContext } from '../source.js';
import type { Connection } from './connection.js';

/** A session at a server that keeps state for each client, and the requests of the client that are under way in it. */
export interface ClientSession {
  connection: Connection;
  /** In the order in which they began. */
  underWay: Set<CallContext>;
}

interface Entry {
  session: Promise<ClientSession>;
  uses: number;
  lastUsed: number;
}

const MAX_SESSIONS = 2_000;
const IDLE_MS = 10 * 60_000;
const SWEEP_MS = 30_000;

export type OpenSession = (context: CallContext, underWay: Set<CallContext>) => Promise<Connection>;

/** The sessions of one server: one for each client, opened when it is needed and ended with the client or when it is idle. */
export class ClientSessions {
  readonly #entries = new Map<string, Entry>();
  readonly #sweep = setInterval(() => this.#closeIdle(), SWEEP_MS).unref();

  constructor(private readonly open: OpenSession) {}

  /** Runs `use` in the session of the client. */
  async within<T>(context: CallContext, use: (session: ClientSession) => Promise<T>): Promise<T> {
    const { key } = context.client;
    let entry = this.#entries.get(key);
    if (!entry) {
      if (this.#entries.size >= MAX_SESSIONS) await this.#closeIdlest();
      this.#entries.set(key, (entry = { session: this.#opened(key, context), uses: 0, lastUsed: Date.now() }));
    }
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
    const entry = this.#entries.get(key);
    void entry?.session.then((session) => {
      if (session.connection === connection && this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    void connection.close();
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

  async #opened(key: string, context: CallContext): Promise<ClientSession> {
    const underWay = new Set<CallContext>();
    try {
      return { connection: await this.open(context, underWay), underWay };
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    }
  }

  #closeIdle(): void {
    const until = Date.now() - IDLE_MS;
    for (const [key, { uses, lastUsed }] of this.#entries) if (uses === 0 && lastUsed < until) this.end(key);
  }

  async #closeIdlest(): Promise<void> {
    const idle = [...this.#entries].filter(([, { uses }]) => uses === 0);
    const [first] = idle.toSorted(([, a], [, b]) => a.lastUsed - b.lastUsed);
    if (first) this.end(first[0]);
  }
}
