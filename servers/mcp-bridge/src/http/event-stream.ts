import type { ServerResponse } from 'node:http';

/** Shorter than the idle timeouts of proxies; a client that has vanished is noticed when it acknowledges no comment. */
const COMMENT_MS = 15_000;
/** A client that reads nothing for so long has vanished. */
const STALLED_MS = 30_000;
/** More than the longest message; a client for which so much waits is cut off at once. */
const MAX_WAITING_BYTES = 536_870_912;
const TCP_PROBE_MS = 30_000;

/** An answer of server-sent events that has begun. */
export class EventStream {
  #stalled: NodeJS.Timeout | undefined;
  readonly #comments: NodeJS.Timeout;

  /** @param onBlocked is called with true when the client reads too slowly, and with false when it has caught up or is gone */
  constructor(
    private readonly res: ServerResponse,
    headers: Record<string, string>,
    private readonly onBlocked: (isBlocked: boolean) => void,
  ) {
    res.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    res.flushHeaders(); // Node delays the head until the first event; a quiet stream would look hung
    res.socket?.setKeepAlive(true, TCP_PROBE_MS);
    this.#comments = setInterval(() => this.#write(': still here\n\n'), COMMENT_MS).unref();
    res.on('drain', () => this.#unblock());
    res.once('close', () => {
      clearInterval(this.#comments);
      this.#unblock();
    });
  }

  get isOpen(): boolean {
    return !this.res.destroyed && !this.res.writableEnded;
  }

  /** @param text of a message, in one line */
  event(text: string): void {
    this.#write(`event: message\ndata: ${text}\n\n`);
  }

  end(): void {
    clearInterval(this.#comments);
    this.res.end();
  }

  #write(text: string): void {
    if (!this.isOpen || this.res.write(text)) return;
    if (this.res.writableLength > MAX_WAITING_BYTES) return void this.res.destroy();
    if (this.#stalled) return;
    this.#stalled = setTimeout(() => this.res.destroy(), STALLED_MS).unref();
    this.onBlocked(true);
  }

  #unblock(): void {
    if (!this.#stalled) return;
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
    this.onBlocked(false);
  }
}
