import type { Exchange } from '../http/exchange.js';
import { replaced, spanOf } from '../json-text.js';
import type { Log } from '../log.js';
import { idIn, type Id, type Message } from '../message.js';
import type { Peer, PeerListener, StartPeer } from '../peer.js';

export interface MultiplexerOptions {
  startPeer: StartPeer;
  name: string;
  requestMs: number;
  log: Log;
  /** A notification that concerns every client, such as that the list of tools has changed. */
  onBroadcast(text: string): void;
  onEnded(reason: string): void;
}

interface Pending {
  /** The sender of the request: a session, or one modern request. */
  owner: string;
  id: Id;
  /** Undefined for a request of the bridge itself. */
  exchange: Exchange | undefined;
  token: Id | undefined;
  settle?: (answer: Message | string) => void;
  timeout: NodeJS.Timeout;
}

const MAX_PENDING = 1_000;
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
/** They say that something has changed, and nothing that only one client may know. */
const FOR_ALL = /^notifications\/(.+\/list_changed|resources\/updated)$/;

/**
 * Lets several clients use one server. Each request gets an id of the multiplexer's own, so equal ids of two clients never cross; the rest of
 * a message passes as it is. The server cannot ask clients anything, because it cannot say which of them it means.
 */
export class Multiplexer implements PeerListener {
  readonly #pending = new Map<string, Pending>();
  readonly #peer: Peer;
  #next = 0;

  constructor(private readonly options: MultiplexerOptions) {
    this.#peer = options.startPeer(this, options.name);
  }

  /** Sends a request for a client; false when too many are under way, or the server does not read. */
  request(owner: string, message: Message, exchange: Exchange): boolean {
    const { id } = message;
    if (!id || this.#pending.size >= MAX_PENDING) return false;
    const token = idIn(message, ['_meta', 'progressToken']);
    return this.#send(message.text, { owner, id, exchange, token });
  }

  /** Sends a request of the bridge. Rejects with an Error when the server does not answer in time or ends. */
  ask(method: string, params: object, withinMs: number): Promise<Message> {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 0, method, params });
    return new Promise((resolve, reject) => {
      const settle = (answer: Message | string) =>
        typeof answer === 'string' ? reject(new Error(answer)) : resolve(answer);
      const late = setTimeout(
        () => settle(`The MCP server has not answered ${method} within ${withinMs / 1000} s`),
        withinMs,
      ).unref();
      const id = { key: '0', json: '0' };
      this.#send(text, {
        owner: '',
        id,
        exchange: undefined,
        token: undefined,
        settle(answer) {
          clearTimeout(late);
          settle(answer);
        },
      });
    });
  }

  notify(text: string): void {
    this.#peer.send(text);
  }

  /** The client that has sent this request no longer wants its answer. */
  cancel(owner: string, key: string, reason: string): void {
    for (const [number, pending] of this.#pending) {
      if (pending.owner !== owner || pending.id.key !== key) continue;
      this.#settle(number);
      const params = { requestId: Number(number), reason };
      this.#peer.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
      pending.exchange?.cancel(pending.id);
    }
  }

  hasOpen(owner: string, key: string): boolean {
    return [...this.#pending.values()].some((pending) => pending.owner === owner && pending.id.key === key);
  }

  block(isBlocked: boolean): void {
    // Pausing would stop all clients; one that reads nothing for half a minute is cut off (EventStream).
    if (isBlocked) this.options.log(`[${this.options.name}] a client reads slowly`);
  }

  end(): Promise<void> {
    return this.#peer.end();
  }

  kill(): void {
    this.#peer.kill();
  }

  message(message: Message): void {
    if (message.kind === 'response') return this.#answer(message);
    if (message.kind === 'request') return this.#decline(message);
    const subscription = idIn(message, ['_meta', SUBSCRIPTION]);
    if (subscription) return this.#passTo(subscription, message, ['params', '_meta', SUBSCRIPTION], 'id');
    if (message.method === 'notifications/progress') {
      const token = idIn(message, ['progressToken']);
      if (token) this.#passTo(token, message, ['params', 'progressToken'], 'token');
      return;
    }
    if (FOR_ALL.test(message.method ?? '')) return this.options.onBroadcast(message.text);
    this.options.log(`[${this.options.name}] for no client: ${message.text}`);
  }

  lost(reason: string): void {
    this.#failAll(reason, `${reason}. It may be the answer to this request, so the request may have run.`);
  }

  ended(reason: string, hasStarted: boolean): void {
    const what = hasStarted
      ? `${reason}. The request may have run. The next request starts the server again.`
      : `${reason}.`;
    this.#failAll(reason, what);
    this.options.onEnded(reason);
  }

  #send(text: string, pending: Omit<Pending, 'timeout'>): boolean {
    const number = String((this.#next += 1));
    const { requestMs } = this.options;
    const timeout = setTimeout(() => {
      this.#settle(number)?.exchange?.failOne(
        pending.id,
        -32_001,
        `The MCP server has not answered within ${requestMs / 1000} s.`,
      );
    }, requestMs).unref();
    this.#pending.set(number, { ...pending, timeout });
    const changes = [[spanOf(text, ['id']), number] as const];
    if (pending.token) changes.push([spanOf(text, ['params', '_meta', 'progressToken']), number]);
    if (this.#peer.send(replaced(text, changes))) return true;
    this.#settle(number);
    return false;
  }

  #answer(message: Message): void {
    const pending = message.id && this.#settle(message.id.key);
    if (!pending) return;
    if (pending.settle) return pending.settle(message);
    const { text } = message;
    const restored = replaced(text, [
      [spanOf(text, ['id']), pending.id.json],
      [spanOf(text, ['result', '_meta', SUBSCRIPTION]), pending.id.json],
    ]);
    pending.exchange?.answer(pending.id, { ...message, text: restored });
  }

  #passTo(mine: Id, message: Message, path: string[], what: 'id' | 'token'): void {
    const pending = this.#pending.get(mine.key);
    const theirs = pending?.[what];
    if (!pending?.exchange?.takesEvents || !theirs) return;
    pending.exchange.event(replaced(message.text, [[spanOf(message.text, path), theirs.json]]));
  }

  #decline({ id, method }: Message): void {
    if (!id) return;
    const answer =
      method === 'ping'
        ? '"result":{}'
        : `"error":${JSON.stringify({ code: -32_601, message: 'Clients share this server, so it cannot ask one of them.' })}`;
    this.#peer.send(`{"jsonrpc":"2.0","id":${id.json},${answer}}`);
  }

  #settle(number: string): Pending | undefined {
    const pending = this.#pending.get(number);
    clearTimeout(pending?.timeout);
    this.#pending.delete(number);
    return pending;
  }

  /** @param reason for requests of the bridge
   * @param message for those of clients */
  #failAll(reason: string, message: string): void {
    for (const number of this.#pending.keys()) {
      const pending = this.#settle(number);
      pending?.settle?.(reason);
      pending?.exchange?.failOne(pending.id, -32_000, message);
    }
  }
}

/** The text of a member of an answer, as the server wrote it. */
export function memberText({ text }: Message, name: string): string {
  const span = spanOf(text, [name]);
  return span ? text.slice(...span) : 'null';
}
