import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Logger } from '@mcp-gateway/platform/logging';
import { ProtocolError, ProtocolErrorCode, type JSONRPCRequest, type Result } from '@modelcontextprotocol/client';
import type { Endpoints } from '../endpoints.js';
import type { ServerFetch } from './bounded-fetch.js';
import { tellCaller } from './client-requests.js';
import { Connection } from './connection.js';

const LISTEN_AGAIN_MS = 5_000;
const CHANGED = /^notifications\/(tools|prompts|resources)\/list_changed$/;

/** Some servers list the tools that need a capability only to clients that have it. The clients of the gateway may have it. */
const EVERYTHING = { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} };

/** The gateway itself answers no questions: those of a call go to the client of the call. */
function refuse({ method }: JSONRPCRequest): Promise<Result> {
  if (method === 'roots/list') return Promise.resolve({ roots: [] });
  throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'The gateway itself takes no requests');
}

export interface McpSourceParts {
  ref: ResourceRef;
  endpoints: Endpoints;
  http: ServerFetch;
  /** Whether a caller may use the server, now. */
  isReadableBy: (principal: Principal) => boolean;
  log: Logger;
}

/**
 * The connections of the gateway itself to a server: they discover what the server offers and when that changes. A server that
 * keeps no state for its clients serves all callers over them, one connection to each replica.
 */
export class Discovery {
  readonly #listeners: (() => void)[] = [];
  /** By the id of the replica. */
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #closed = new AbortController();
  /** The replica that lists were read from last. */
  #chosen: string | undefined;
  #replicas = '';
  /** Of a modern server: whether it opens sessions for legacy clients, too. */
  #hasLegacySessions: Promise<boolean> | undefined;

  constructor(private readonly parts: McpSourceParts) {}

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The connection that lists are read from. It stays with one replica for as long as that is ready. */
  async connection(signal: AbortSignal): Promise<Connection> {
    const { endpoints } = this.parts;
    const chosen = this.#chosen !== undefined && endpoints.has(this.#chosen) ? this.#chosen : undefined;
    const known = chosen === undefined ? undefined : this.#connections.get(chosen);
    return known ?? this.shared(signal);
  }

  /** A connection to the replica with the fewest requests. */
  async shared(signal: AbortSignal): Promise<Connection> {
    const endpoint = this.parts.endpoints.choose();
    this.#chosen ??= endpoint.id;
    if (!this.parts.endpoints.has(this.#chosen)) this.#chosen = endpoint.id;
    let connection = this.#connections.get(endpoint.id);
    if (!connection) this.#connections.set(endpoint.id, (connection = this.#open(endpoint)));
    return untilAborted(connection, signal);
  }

  /**
   * Whether the server keeps state for clients of an era. A server that speaks both eras may ask legacy clients while it serves
   * them, as it cannot ask modern ones, so each client uses its own era where the server has it.
   */
  async keepsSessions(era: 'legacy' | 'modern', signal: AbortSignal): Promise<boolean> {
    const connection = await this.connection(signal);
    if (connection.era === 'legacy' || era === 'modern') return connection.isStateful;
    this.#hasLegacySessions ??= this.#tryLegacy(connection.endpoint);
    return untilAborted(this.#hasLegacySessions, signal);
  }

  /** The next list is read over another connection. */
  forget(connection: Connection): void {
    this.#connections.delete(connection.endpoint.id);
    void connection.close();
  }

  /** Other replicas may run another version, with other tools. */
  routeChanged(): void {
    const { endpoints } = this.parts;
    for (const [id, connection] of this.#connections) {
      if (endpoints.has(id)) continue;
      this.#connections.delete(id);
      void connection.then((each) => each.close()).catch(() => {});
    }
    const replicas = endpoints.readyIds();
    if (replicas === this.#replicas) return;
    this.#replicas = replicas;
    this.#hasLegacySessions = undefined;
    this.#changed();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const all = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.allSettled(all.map(async (connection) => (await connection).close()));
  }

  async #tryLegacy(endpoint: Connection['endpoint']): Promise<boolean> {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(20_000)]);
    try {
      const connection = await Connection.open({ endpoint, fetch: this.parts.http.fetch, signal, isLegacy: true });
      void connection.close();
      return connection.isStateful;
    } catch {
      return false;
    }
  }

  async #open(endpoint: Connection['endpoint']): Promise<Connection> {
    try {
      const connection = await Connection.open({
        endpoint,
        fetch: this.parts.http.fetch,
        signal: AbortSignal.any([this.#closed.signal, AbortSignal.timeout(20_000)]),
        capabilities: EVERYTHING,
        onRequest: refuse,
        onNotification: (notification) => {
          if (CHANGED.test(notification.method)) this.#changed();
          else tellCaller(notification, this.parts.isReadableBy);
        },
        onClose: () => void this.#connections.delete(endpoint.id),
      });
      if (connection.era === 'modern') void this.#listen(connection);
      return connection;
    } catch (error) {
      this.#connections.delete(endpoint.id);
      throw error;
    }
  }

  /** Opens the stream of changes again whenever it ends, and asks for what may have changed in between. */
  async #listen(connection: Connection): Promise<void> {
    const { tools, prompts, resources } = connection.capabilities;
    if (!tools?.listChanged && !prompts?.listChanged && !resources?.listChanged) return;
    const { signal } = this.#closed;
    while (!signal.aborted && this.#isCurrent(connection)) {
      try {
        const { closed } = await connection.listen(signal);
        await closed;
      } catch (error) {
        this.parts.log.debug(
          { err: error, source: resourceKey(this.parts.ref) },
          'changes of its lists are not followed',
        );
      }
      await new Promise<void>((resolve) => setTimeout(resolve, LISTEN_AGAIN_MS).unref());
      if (this.#isCurrent(connection)) this.#changed();
    }
  }

  #isCurrent({ endpoint: { id } }: Connection): boolean {
    return this.#connections.has(id) && this.parts.endpoints.has(id);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (abort) signal.removeEventListener('abort', abort);
  }
}
