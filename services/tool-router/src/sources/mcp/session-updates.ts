import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Result } from '@modelcontextprotocol/server';
import type { CallContext, OnUpdate, Subscription } from '../source.js';
import type { Connection } from './connection.js';
import { Followed, retryMs } from './followed.js';

/** A server that has lost a session says so when it is asked. */
const PROBE_EVERY_MS = 30_000;
const ANSWER_MS = 10_000;

interface OfSession {
  followed: Followed;
  /** Of the last request, to open a session for the same client again. */
  context: CallContext;
  /** Subscribed at the server at least once. */
  made: Set<string>;
  isRemaking: boolean;
}

export interface SessionUpdatesParts {
  /** The session of the client; undefined: it has none now. */
  sessionOf(key: string): Promise<Connection | undefined>;
  /** Opens a session for the client if it has none. */
  open(context: CallContext): Promise<void>;
  /** The session is gone at the server. */
  forget(key: string, connection: Connection): void;
  isUnknownSession(error: unknown): boolean;
  log: Logger;
}

/** Updates of resources in sessions at a legacy server, by the key of the client. A session that is lost is made again. */
export class SessionUpdates {
  readonly #clients = new Map<string, OfSession>();
  readonly #closed = new AbortController();
  readonly #probe = setInterval(() => void this.#probeAll(), PROBE_EVERY_MS).unref();

  constructor(private readonly parts: SessionUpdatesParts) {}

  /** The session has to stay open. */
  has(key: string): boolean {
    return this.#clients.has(key);
  }

  /** @param send sends `resources/subscribe` in the session of the client */
  async subscribe(
    uri: string,
    context: CallContext,
    { send, onUpdate }: { send: () => Promise<Result>; onUpdate: OnUpdate },
  ): Promise<Subscription> {
    const { key } = context.client;
    const client = this.#clients.get(key) ?? { followed: new Followed(), context, made: new Set(), isRemaking: false };
    client.followed.add(uri, onUpdate);
    client.context = context;
    this.#clients.set(key, client);
    try {
      const result = await send();
      client.made.add(uri);
      return { result, end: () => this.#end(key, uri, onUpdate) };
    } catch (error) {
      this.#remove(key, uri, onUpdate);
      throw error;
    }
  }

  /** A server tells an update in the session of the client. */
  updated(key: string, params: Record<string, unknown>): void {
    this.#clients.get(key)?.followed.tell(params);
  }

  /** Subscribes again in a session that was opened in place of another one. */
  async opened(key: string, connection: Connection): Promise<void> {
    for (const uri of this.#clients.get(key)?.made ?? []) {
      await connection
        .request({ method: 'resources/subscribe', params: { uri } }, AbortSignal.timeout(ANSWER_MS))
        .catch((error: unknown) => this.parts.log.debug({ err: error }, 'a resource is not followed any more'));
    }
  }

  /** The session is gone. It is opened again while the client follows something. */
  lost(key: string): void {
    const client = this.#clients.get(key);
    if (client && !client.isRemaking) void this.#remake(key, client);
  }

  /** Clients that follow something. */
  keys(): Iterable<string> {
    return this.#clients.keys();
  }

  close(): void {
    clearInterval(this.#probe);
    this.#closed.abort();
    this.#clients.clear();
  }

  async #remake(key: string, client: OfSession): Promise<void> {
    const { signal } = this.#closed;
    client.isRemaking = true;
    for (let failures = 0; ; failures += 1) {
      await delay(retryMs(failures), undefined, { ref: false });
      if (signal.aborted || this.#clients.get(key) !== client) return;
      try {
        await this.parts.open({ ...client.context, signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) });
        client.isRemaking = false;
        return;
      } catch (error) {
        this.parts.log.debug({ err: error }, 'the session for followed resources is not open; it is tried again');
      }
    }
  }

  async #probeAll(): Promise<void> {
    for (const key of this.#clients.keys()) {
      const connection = await this.parts.sessionOf(key);
      if (!connection) {
        this.lost(key);
        continue;
      }
      try {
        await connection.request({ method: 'ping', params: {} }, AbortSignal.timeout(ANSWER_MS));
      } catch (error) {
        if (this.parts.isUnknownSession(error)) this.parts.forget(key, connection);
      }
    }
  }

  #end(key: string, uri: string, onUpdate: OnUpdate): void {
    if (!this.#remove(key, uri, onUpdate)) return;
    void this.parts
      .sessionOf(key)
      .then((connection) =>
        connection
          ?.request({ method: 'resources/unsubscribe', params: { uri } }, AbortSignal.timeout(ANSWER_MS))
          .catch(() => {}),
      );
  }

  #remove(key: string, uri: string, onUpdate: OnUpdate): boolean {
    const client = this.#clients.get(key);
    if (!client?.followed.remove(uri, onUpdate)) return false;
    client.made.delete(uri);
    if (client.followed.uris.length === 0) this.#clients.delete(key);
    return true;
  }
}
