import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Dispatcher } from 'undici';

export type Dispatch = Dispatcher.DispatchOptions & {
  /** The answer stays open for later messages of the server. Default: true for GET. */
  isStream?: boolean;
};

/** A request, across all redirects. */
export interface PendingRequest {
  options: Dispatch;
  handler: Dispatcher.DispatchHandler;
  redirects: number;
  aborted?: Error;
}

/** More redirects are taken for a loop. */
const MAX_REDIRECTS = 3;
/** Bytes read of a redirect's body, so that its connection can be reused. */
const MAX_REDIRECT_BYTES = 64 * 1024;
const MAX_REDIRECT_MS = 1_000;
/** Statuses with which a server, or a proxy in front of it, reports overload or failure. */
const OVERBURDENED = new Set([502, 503, 504]);

interface AttemptHooks {
  ended(): void;
  onOutcome(outcome: 'answered' | 'failed', error?: Error & { code?: string }): void;
  /** The path that the answer redirects to, if the redirect may be followed. */
  follow(status: number, location: string | undefined): string | undefined;
  send(path: string): void;
}

/** One request to an endpoint. The answer goes to the handler, unless it is a redirect that is followed. */
export class Attempt implements Dispatcher.DispatchHandler {
  /** Set once a redirect has been followed. */
  #redirectBody: RedirectBody | undefined;

  constructor(
    private readonly pending: PendingRequest,
    private readonly hooks: AttemptHooks,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    const { aborted, handler } = this.pending;
    if (aborted) return controller.abort(aborted);
    handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    message?: string,
  ): void {
    const { pending, hooks } = this;
    if (status >= 200) hooks.onOutcome(OVERBURDENED.has(status) ? 'failed' : 'answered');
    const next = hooks.follow(status, status >= 300 && status < 400 ? headers['location']?.toString() : undefined);
    if (next === undefined || pending.redirects >= MAX_REDIRECTS) {
      return pending.handler.onResponseStart?.(controller, status, headers, message);
    }
    this.#redirectBody = new RedirectBody(controller);
    pending.redirects += 1;
    try {
      hooks.send(next);
    } catch (error) {
      pending.handler.onResponseError?.(controller, error as Error);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#redirectBody) this.#redirectBody.take(chunk.length);
    else this.pending.handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.hooks.ended();
    if (this.#redirectBody) this.#redirectBody.end();
    else this.pending.handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    const { pending, hooks } = this;
    hooks.ended();
    if (isOfConnection(error)) hooks.onOutcome('failed', error);
    if (!this.#redirectBody) return pending.handler.onResponseError?.(controller, error);
    if (!this.#redirectBody.end() && !isOfConnection(error)) pending.aborted = error; // before the next request has begun
  }
}

/** The body of a followed redirect. */
class RedirectBody {
  #bytes = 0;
  #isTooMuch = false;
  readonly #late: NodeJS.Timeout;

  constructor(private readonly controller: Dispatcher.DispatchController) {
    this.#late = setTimeout(() => this.#giveUp(), MAX_REDIRECT_MS);
  }

  take(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_REDIRECT_BYTES) this.#giveUp();
  }

  /** @returns whether the body ended, or was aborted, as intended */
  end(): boolean {
    clearTimeout(this.#late);
    return this.#isTooMuch;
  }

  #giveUp(): void {
    this.#isTooMuch = true;
    this.controller.abort(new Error('the rest of a redirect'));
  }
}

/** False for aborts by this side, which have errors of their own. */
const isOfConnection = (error: Error & { code?: string }) =>
  !(error instanceof GatewayError) && error.code !== undefined && error.code !== 'UND_ERR_ABORTED';
