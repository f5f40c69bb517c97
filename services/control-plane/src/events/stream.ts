import { once } from 'node:events';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Change } from '@mcp-gateway/database';
import { escapeControls } from '@mcp-gateway/platform/logging';
import type { Request, Response } from 'express';
import type { ChangeReader } from './change-log.js';
import type { Begin, EventFilter } from './query.js';
import { seenBy } from './seen-by.js';

const CHECK_EVERY_MS = 5_000;
/** How long what is known of a caller may be used. */
const FRESH_MS = 1_000;
const HEARTBEAT_MS = 15_000;
/** How long a client may read nothing. */
const IDLE_MS = 60_000;
const RECONNECT_MS = 2_000;

export interface EventSource {
  reader: ChangeReader;
  begin: Begin;
  filter: EventFilter;
  /** The caller as it is now; undefined once its sign-in has ended. Rejects while that cannot be known. */
  caller: () => Promise<Principal | undefined>;
  checkEveryMs?: number | undefined;
}

/** Sends events (HTML Standard, server-sent events) until the client leaves, reads nothing, or its sign-in ends. */
export async function sendEvents(source: EventSource, req: Request, res: Response): Promise<void> {
  res.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-store',
    'X-Accel-Buffering': 'no',
  });
  res.flushHeaders();
  if (req.method === 'HEAD') return void res.end();
  const stream = new EventStream(source, res);
  try {
    await stream.run();
  } catch (error) {
    if (!stream.isOver) throw error;
  } finally {
    stream.end();
  }
}

class EventStream {
  #position: number;
  /** The last id that the client has. */
  #sent = 0;
  #known: { principal: Principal | undefined; at: number } | undefined;
  readonly #over = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly source: EventSource,
    private readonly res: Response,
  ) {
    this.#position = source.begin.position;
    if (source.begin.how === 'resume') this.#sent = source.begin.position;
    res.once('close', () => this.#over.abort());
    this.#timers.push(
      setInterval(() => void this.#check(), source.checkEveryMs ?? CHECK_EVERY_MS).unref(),
      setInterval(() => this.#heartbeat(), HEARTBEAT_MS).unref(),
    );
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  end(): void {
    this.#timers.forEach(clearInterval);
    this.#over.abort();
    this.res.end();
  }

  async run(): Promise<void> {
    const { begin, reader } = this.source;
    await this.#write(`retry: ${RECONNECT_MS}\n${begin.how === 'resume' ? ': resumed\n\n' : ''}`);
    if (begin.how !== 'resume') await this.#anew(begin.how);
    for (;;) {
      const found = await reader.next(this.#position, this.#over.signal);
      if (found === 'lost') {
        this.#position = reader.head();
        await this.#anew('reset');
        continue;
      }
      const principal = await this.#caller();
      if (!principal) return;
      const text = found.changes.map((change) => this.#frame(principal, change)).join('');
      this.#position = found.last;
      if (text !== '') await this.#write(text);
    }
  }

  /** What the client knows begins here: it lists what it needs after this event. */
  async #anew(type: 'start' | 'reset') {
    const why = type === 'start' ? {} : { reason: 'changes are missing here; list what you need anew' };
    await this.#write(this.#event(type, this.source.reader.settled(), why));
  }

  #frame(principal: Principal, change: Change): string {
    const { kind, name } = this.source.filter;
    if ((kind !== undefined && change.kind !== kind) || (name !== undefined && change.name !== name)) return '';
    const seen = seenBy(principal, change);
    return seen ? this.#event(seen.type, change.position, seen) : '';
  }

  #event(type: string, id: number, data: object): string {
    this.#sent = id;
    return `event: ${type}\nid: ${id}\ndata: ${escapeControls(JSON.stringify(data))}\n\n`;
  }

  /** The caller as it is now; also ends the stream of one that has none. */
  async #caller(): Promise<Principal | undefined> {
    const now = performance.now();
    if (this.#known && now - this.#known.at < FRESH_MS) return this.#known.principal;
    const principal = await this.source.caller();
    this.#known = { principal, at: now };
    return principal;
  }

  async #check(): Promise<void> {
    const principal = await this.source.caller().catch(() => 'unknown' as const); // the next check may know
    if (principal === undefined) this.end();
  }

  /** Keeps proxies from ending a silent stream. An id without data is no event, but a client begins there again. */
  #heartbeat(): void {
    const { reader } = this.source;
    const settled = reader.isCurrent(this.#position) ? reader.settled() : 0;
    if (settled > this.#sent) this.#sent = settled;
    if (!this.res.writableNeedDrain) this.res.write(`: heartbeat\nid: ${this.#sent}\n\n`);
  }

  async #write(text: string): Promise<void> {
    if (this.res.write(text)) return;
    const idle = AbortSignal.timeout(IDLE_MS);
    try {
      await once(this.res, 'drain', { signal: AbortSignal.any([this.#over.signal, idle]) });
    } catch (error) {
      if (idle.aborted) this.res.destroy();
      this.#over.abort();
      throw error;
    }
  }
}
