import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@mcp-gateway/platform/logging';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/client';
import { SourceError, type CallContext, type OnUpdate, type Subscription } from '../source.js';
import type { Connection } from './connection.js';
import { Followed, retryMs } from './followed.js';

export interface ListenUpdatesParts {
  /** A connection for the caller alone. */
  open(context: CallContext, onUpdate: OnUpdate, signal: AbortSignal): Promise<Connection>;
  /** The replica of the connection may go on to serve. */
  isCurrent(connection: Connection): boolean;
  log: Logger;
}

/** Updates of resources of a modern server (MCP 2026-07-28, subscriptions): one stream for each caller that follows some. */
export class ListenUpdates {
  readonly #callers = new Map<string, CallerStream>();

  constructor(private readonly parts: ListenUpdatesParts) {}

  /** @throws ProtocolError when the server does not tell updates of the resource */
  async subscribe(uri: string, context: CallContext, onUpdate: OnUpdate): Promise<Subscription> {
    const { subject } = context.principal;
    let stream = this.#callers.get(subject);
    if (!stream) {
      const ended = () => this.#callers.get(subject) === stream && this.#callers.delete(subject);
      this.#callers.set(subject, (stream = new CallerStream(this.parts, ended)));
    }
    await stream.add(uri, context, onUpdate);
    return { result: {}, end: () => stream.remove(uri, onUpdate) };
  }

  routeChanged(): void {
    for (const stream of this.#callers.values()) stream.routeChanged();
  }

  close(): void {
    for (const stream of this.#callers.values()) stream.close();
  }
}

/** What one caller follows at a modern server. The stream is opened anew when that changes, or when it ends. */
class CallerStream {
  readonly #followed = new Followed();
  readonly #closed = new AbortController();
  /** Who waits for the server to acknowledge a resource. */
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  readonly #honored = new Set<string>();
  #changed = Promise.withResolvers<void>();
  #context: CallContext | undefined;
  #isRunning = false;
  #connection: Connection | undefined;

  constructor(
    private readonly parts: ListenUpdatesParts,
    private readonly ended: () => void,
  ) {}

  async add(uri: string, context: CallContext, onUpdate: OnUpdate): Promise<void> {
    this.#followed.add(uri, onUpdate);
    this.#context = context;
    try {
      if (!this.#honored.has(uri)) await this.#acknowledged(uri, context.signal);
    } catch (error) {
      this.remove(uri, onUpdate);
      throw error;
    }
  }

  remove(uri: string, onUpdate: OnUpdate): void {
    if (!this.#followed.remove(uri, onUpdate)) return;
    this.#honored.delete(uri);
    if (this.#followed.uris.length === 0) this.close();
    else this.#changed.resolve();
  }

  routeChanged(): void {
    if (this.#connection && !this.parts.isCurrent(this.#connection)) this.#changed.resolve();
  }

  close(): void {
    this.ended();
    this.#closed.abort();
    this.#changed.resolve();
    for (const { reject } of this.#waiting.values()) reject(new SourceError('the stream of updates is closed'));
  }

  #acknowledged(uri: string, signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(uri) ?? Promise.withResolvers<void>();
    this.#waiting.set(uri, waiting);
    waiting.promise.catch(() => {}); // nobody may wait any more
    this.#changed.resolve();
    if (!this.#isRunning) void this.#run();
    return Promise.race([
      waiting.promise,
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    ]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    this.#isRunning = true;
    let before: { close(): Promise<void> } | undefined;
    for (let failures = 0; !signal.aborted;) {
      this.#changed = Promise.withResolvers();
      try {
        const stream = await this.#listen(signal);
        void before?.close(); // once the next one has begun, so that no update is lost
        before = stream;
        failures = 0;
        const end = await Promise.race([stream.closed, this.#changed.promise]);
        if (end === undefined) continue; // something else is followed
      } catch (error) {
        for (const { reject } of this.#waiting.values()) reject(error);
        this.#waiting.clear();
        this.parts.log.debug({ err: error }, 'resources are not followed; it is tried again');
      }
      await this.#disconnect();
      await Promise.race([delay(retryMs(failures++), undefined, { ref: false }), this.#changed.promise]);
    }
    await this.#disconnect();
  }

  async #listen(signal: AbortSignal) {
    if (this.#connection && !this.parts.isCurrent(this.#connection)) await this.#disconnect();
    const { uris } = this.#followed;
    const tell: OnUpdate = (params) => this.#followed.tell(params);
    this.#connection ??= await this.parts.open(this.#context as CallContext, tell, signal);
    const stream = await this.#connection.follow(uris, signal);
    const honored = new Set(stream.honoredFilter.resourceSubscriptions ?? []);
    for (const uri of uris) {
      const waiting = this.#waiting.get(uri);
      this.#waiting.delete(uri);
      if (honored.has(uri)) {
        this.#honored.add(uri);
        waiting?.resolve();
      } else waiting?.reject(unfollowed(uri));
    }
    return stream;
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }
}

const unfollowed = (uri: string): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, `The server does not tell updates of ${uri}`);
