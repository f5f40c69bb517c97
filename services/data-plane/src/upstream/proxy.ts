import type { IncomingHttpHeaders } from 'node:http';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { HANDSHAKE_ENDED, tlsFault } from '@mcp-gateway/platform/egress';
import { HEADER, isEventStream, responseHeaders, withoutHeaders } from '@mcp-gateway/protocol';
import type { Dispatcher } from 'undici';
import type { Permit } from '../request/grants.js';
import { locationFor } from './redirects.js';
import { CLIENT_GONE } from '../request/body.js';
import type { Dispatch } from './attempt.js';
import type { Upstreams } from './pools.js';

export interface ResponseHead {
  status: number;
  isEvents: boolean;
  upstreamSessionId: string | undefined;
}

/** The destination of an answer: the response to the client, or a step that rewrites it first. */
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
   * Runs before the head is sent; returns headers to add, as a flat list. A rejection becomes the answer instead. A
   * promise delays the answer, which costs, so return one only when there is something to wait for.
   */
  onHead(head: ResponseHead): string[] | Promise<string[]>;
  /** `sent` is called before the first byte of the request is sent; `notAccepted` when the server has refused TLS after that. */
  delivery?: { sent(): void; notAccepted(): void } | undefined;
  /** The client's path for a path of the server; undefined when the client cannot reach it. */
  clientPath(path: string): string | undefined;
  permit: Permit;
  /** Milliseconds; default: five minutes. */
  bodyIdleMs?: number;
}

/** How long a body that is not an event stream may pause. */
const BODY_IDLE_MS = 300_000;

/** Sends one request to an endpoint and streams the answer to `res`, with back-pressure. Resolves at its end. */
export function proxyRequest(upstreams: Upstreams, endpoint: Endpoint, request: ProxyRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const answer = new ProxiedAnswer(endpoint, request, resolve, reject);
    upstreams.dispatch(endpoint, request.options, answer);
  });
}

/** Receives the answer from undici. A class, because there is one for each request. */
class ProxiedAnswer implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #idle: NodeJS.Timeout | undefined;
  #unwatch: (() => void) | undefined;
  #isOver = false;
  #isSent = false;
  #isStream = false;
  /**
   * Steps that wait until the head is sent: undici delivers chunks that preceded the end of a connection even while
   * paused.
   */
  #held: (() => void)[] | undefined;
  /**
   * Set while no part of the answer is sent, so that an error can still become the answer. Data, not a function: V8
   * allocates a function that is assigned to a property as long-lived, and the request with it
   * (docs/decisions/0002-hot-path-not-on-express.md).
   */
  #head: { status: number; reasonPhrase: string; headers: string[] } | undefined;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly request: ProxyRequest,
    private readonly resolve: () => void,
    private readonly reject: (error: unknown) => void,
  ) {
    const { res } = request;
    // Closes the upstream request: a client cancels a modern request by disconnecting.
    res.once('close', () => {
      if (!res.writableFinished) this.#controller?.abort(CLIENT_GONE);
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.request.res.destroyed) return controller.abort(CLIENT_GONE);
    if (this.#isSent) return; // sent already: this is the follow-up of a redirect
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
      return controller.abort(
        new GatewayError('UPSTREAM_INVALID', {
          detail: `the server answered with the status ${status}; HTTP ends at 599`,
        }),
      );
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
      const sent = [...responseHeaders(raw), ...more];
      this.#head = { status, reasonPhrase: toReasonPhrase(statusMessage), headers: sent };
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
    if (error === CLIENT_GONE || this.request.res.destroyed) return this.resolve();
    const failure = upstreamError(error, this.#isSent);
    if (failure.code === 'UPSTREAM_TLS_FAILED') this.request.delivery?.notAccepted();
    this.reject(failure);
  }

  /** @throws GatewayError UPSTREAM_INVALID for a redirect to a URL that the client cannot reach */
  #headersOf({ rawHeaders }: Dispatcher.DispatchController, status: number, location: string | undefined): string[] {
    const raw = (rawHeaders as Buffer[]).map((part) => part.toString('latin1'));
    if (location === undefined) return raw;
    const { options, clientPath } = this.request;
    return withLocation(raw, locationFor(this.endpoint, options, { status, location, clientPath }));
  }

  /** Holds the answer back until the promise returns the headers to add. */
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
    const head = this.#head;
    if (!head) return;
    this.#head = undefined;
    this.request.res.writeHead(head.status, head.reasonPhrase, head.headers);
  }

  /** Runs when the chunks that came together with the head have been passed on. */
  readonly #waitForBody = (): void => {
    const { res, permit, bodyIdleMs = BODY_IDLE_MS } = this.request;
    if (this.#isOver || res.destroyed) return;
    this.#unwatch = permit.watch((error) => this.#controller?.abort(error));
    if (!this.#isStream) {
      this.#idle = setTimeout(() => this.#controller?.abort(new Error('the body paused for too long')), bodyIdleMs);
    } else if (this.#head) {
      this.#sendHead();
      // A silent stream whose head is held back would look hung. Not flushHeaders, which encodes the head as UTF-8.
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

/** undici decodes it as UTF-8; Node writes Latin-1 and throws on characters that a phrase must not contain. */
function toReasonPhrase(phrase = ''): string {
  const bytes = Buffer.from(phrase, 'utf8').toString('latin1');
  return /^[\t -~\x80-\xff]*$/.test(bytes) ? bytes : '';
}

/**
 * Errors of a connection that was not made. An open connection may also end with most of these, for example after a
 * router's ICMP message.
 */
const NOT_CONNECTED = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  HANDSHAKE_ENDED,
]);

/** Distinguishes whether the request can have run: `isSent` is true when a byte of it may have been sent. */
export function upstreamError(error: Error & { code?: string }, isSent: boolean): GatewayError {
  if (error instanceof GatewayError) return error; // the body grew too long
  if (error.code === 'UND_ERR_HEADERS_TIMEOUT') return new GatewayError('UPSTREAM_TIMEOUT', { cause: error });
  const fault = tlsFault(error.code, isSent);
  if (fault) return new GatewayError('UPSTREAM_TLS_FAILED', { detail: fault, cause: error });
  const isRefused = !isSent && NOT_CONNECTED.has(error.code ?? '');
  return new GatewayError(isRefused ? 'UPSTREAM_REFUSED' : 'UPSTREAM_GONE', { cause: error });
}
