import type { IncomingHttpHeaders } from 'node:http';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { HEADER, isEventStream, responseHeaders, withoutHeaders } from '@mcp-gateway/protocol';
import type { Dispatcher } from 'undici';
import type { Permit } from '../request/grants.js';
import { locationFor } from './redirects.js';
import { CLIENT_GONE } from '../request/body.js';
import type { Dispatch, Upstreams } from './pools.js';

export interface ResponseHead {
  status: number;
  isEvents: boolean;
  upstreamSessionId: string | undefined;
}

/** Where an answer goes: the response to the client, or what stands in for it. */
export interface ResponseSink {
  readonly destroyed: boolean;
  readonly writableFinished: boolean;
  readonly writableNeedDrain: boolean;
  writeHead(status: number, reasonPhrase: string, headers: string[]): unknown;
  write(chunk: Buffer): boolean;
  /** Sends the head. */
  write(nothing: '', encoding: 'latin1'): boolean;
  end(): unknown;
  once(event: 'close' | 'drain', listener: () => void): unknown;
}

export interface ProxyRequest {
  res: ResponseSink;
  options: Dispatch;
  /**
   * Runs before the head goes out; returns headers to add, as a flat list. A rejection becomes the answer instead. A promise
   * holds the answer up, which costs, so there is one only when there is something to wait for.
   */
  onHead(head: ResponseHead): string[] | Promise<string[]>;
  /** Told before the first byte of the request goes out. */
  delivery?: { sent(): void } | undefined;
  /** Where the client finds a path of the server; undefined when it cannot reach it. */
  seenAs(path: string): string | undefined;
  permit: Permit;
  /** Milliseconds; default: five minutes. */
  bodyIdleMs?: number;
}

/** How long a body that is not an event stream may pause. */
const BODY_IDLE_MS = 300_000;

/** One request to an endpoint, its answer written to `res` as it comes, with back-pressure. Resolves at its end. */
export function proxyRequest(upstreams: Upstreams, endpoint: Endpoint, request: ProxyRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const answer = new ProxiedAnswer(endpoint, request, resolve, reject);
    upstreams.dispatch(endpoint, request.options, answer);
  });
}

/** Receives the answer from undici. A class, as there is one for each request. */
class ProxiedAnswer implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #idle: NodeJS.Timeout | undefined;
  #unwatch: (() => void) | undefined;
  #isOver = false;
  #isSent = false;
  #isStream = false;
  /** Steps that wait for the head to go out: undici delivers what came before the end of a connection even while paused. */
  #held: (() => void)[] | undefined;
  /** Set while the client knows nothing of the answer yet, and an error can still be one. */
  #writeHead: (() => void) | undefined;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly request: ProxyRequest,
    private readonly resolve: () => void,
    private readonly reject: (error: unknown) => void,
  ) {
    const { res } = request;
    // Passed up: for a modern request this is how a client cancels.
    res.once('close', () => {
      if (!res.writableFinished) this.#controller?.abort(CLIENT_GONE);
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.request.res.destroyed) return controller.abort(CLIENT_GONE);
    if (this.#isSent) return; // a redirect is followed
    this.#isSent = true;
    this.request.delivery?.sent();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    statusMessage?: string,
  ): void {
    if (status > 599) {
      return controller.abort(new GatewayError('UPSTREAM_INVALID', { detail: `its status is ${status}` }));
    }
    if (status < 200) return; // informational; Node has answered `Expect` itself
    let raw: string[];
    try {
      raw = this.#headersOf(controller, status, headers['location']?.toString());
    } catch (error) {
      return controller.abort(error as Error);
    }
    this.#isStream = isEventStream(headers['content-type']?.toString());
    const { res, permit, onHead } = this.request;
    const denied = permit.deny();
    if (denied) return this.#fail(denied);
    const upstreamSessionId = headers[HEADER.sessionId]?.toString();
    const added = onHead({ status, isEvents: this.#isStream, upstreamSessionId });
    const begin = (more: string[]) => {
      this.#writeHead = () => res.writeHead(status, reasonPhrase(statusMessage), [...responseHeaders(raw), ...more]);
      Promise.resolve().then(this.#waitForBody).catch(this.#fail);
    };
    if (added instanceof Promise) this.#holdFor(controller, added, begin);
    else if (res.destroyed) controller.abort(CLIENT_GONE);
    else begin(added);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#inOrder(() => {
      this.#idle?.refresh();
      this.#sendHead();
      const { res } = this.request;
      if (res.write(chunk)) return;
      controller.pause();
      res.once('drain', () => controller.resume());
    });
  }

  onResponseEnd(): void {
    this.#inOrder(() => {
      this.#end();
      this.#sendHead();
      this.request.res.end();
      this.resolve();
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end();
    if (error === CLIENT_GONE || this.request.res.destroyed) this.resolve();
    else this.reject(upstreamError(error, this.#isSent));
  }

  /** @throws GatewayError UPSTREAM_INVALID for a redirect that leads where the client cannot go */
  #headersOf({ rawHeaders }: Dispatcher.DispatchController, status: number, location: string | undefined): string[] {
    const raw = (rawHeaders as Buffer[]).map((part) => part.toString('latin1'));
    if (location === undefined) return raw;
    const { options, seenAs } = this.request;
    return withLocation(raw, locationFor(this.endpoint, options, { status, location, seenAs }));
  }

  /** Nothing of the answer passes until the promise has said what to add to the head. */
  #holdFor(
    controller: Dispatcher.DispatchController,
    adding: Promise<string[]>,
    begin: (added: string[]) => void,
  ): void {
    const { res } = this.request;
    controller.pause();
    this.#held = [];
    adding
      .then((added) => {
        if (this.#isOver || res.destroyed) return this.resolve();
        begin(added);
        const held = this.#held ?? [];
        this.#held = undefined;
        for (const step of held) step();
        if (!res.writableNeedDrain) controller.resume();
      })
      .catch(this.#fail);
  }

  #inOrder(step: () => void): void {
    if (this.#held) this.#held.push(step);
    else step();
  }

  #sendHead(): void {
    this.#writeHead?.();
    this.#writeHead = undefined;
  }

  /** Runs when what came together with the head has been passed on. */
  readonly #waitForBody = (): void => {
    const { res, permit, bodyIdleMs = BODY_IDLE_MS } = this.request;
    if (this.#isOver || res.destroyed) return;
    this.#unwatch = permit.watch((error) => this.#controller?.abort(error));
    if (!this.#isStream) {
      this.#idle = setTimeout(() => this.#controller?.abort(new Error('the body paused for too long')), bodyIdleMs);
    } else if (this.#writeHead) {
      this.#sendHead();
      // A quiet stream whose head is held back looks hung. Not flushHeaders, which makes UTF-8 of its bytes.
      res.write('', 'latin1');
    }
  };

  readonly #fail = (error: Error): void => {
    this.reject(error);
    this.#controller?.abort(error);
  };

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#idle);
    this.#unwatch?.();
  }
}

function withLocation(raw: readonly string[], location: string | undefined): string[] {
  const rest = withoutHeaders(raw, (name) => name === 'location');
  return location === undefined ? rest : [...rest, 'Location', location];
}

/** undici reads it as UTF-8; Node writes Latin-1 and throws on what no phrase may contain. */
function reasonPhrase(phrase = ''): string {
  const bytes = Buffer.from(phrase, 'utf8').toString('latin1');
  return /^[\t -~\x80-\xff]*$/.test(bytes) ? bytes : '';
}

/** What keeps a connection from being made. An open one may end with most of these, too: by the words of a router, say. */
const NOT_CONNECTED = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Told apart by whether the request can have run: `isSent` when a byte of it may have gone out. */
export function upstreamError(error: Error & { code?: string }, isSent: boolean): GatewayError {
  if (error instanceof GatewayError) return error; // the body grew too long
  if (error.code === 'UND_ERR_HEADERS_TIMEOUT') return new GatewayError('UPSTREAM_TIMEOUT', { cause: error });
  const isRefused = !isSent && NOT_CONNECTED.has(error.code ?? '');
  return new GatewayError(isRefused ? 'UPSTREAM_REFUSED' : 'UPSTREAM_GONE', { cause: error });
}
