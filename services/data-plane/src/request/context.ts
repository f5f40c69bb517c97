import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ResourceRef, Route } from '@mcp-gateway/common/contracts';
import type { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { HookedResponse, requestIdOf } from '@mcp-gateway/platform/serving';
import { announcesEventStream, type Era, type HeaderList, type Message } from '@mcp-gateway/protocol';
import type { RequestBody } from './body.js';

/** The head of an answer that has been sent. */
interface AnswerHead {
  status: number;
  isEventStream: boolean;
  /** Milliseconds since the head of the request. */
  afterMs: number;
}

/** The state of one request. It exists before anything can throw, and the steps of the pipeline fill it. */
export interface RequestContext {
  /** The client's `X-Request-Id` when it is well-formed, else a new id. */
  readonly id: string;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The peer address of the connection; undefined when the client has reset it already. */
  readonly address: string | undefined;
  /** Undefined for requests to the management API. */
  resource?: ResourceRef;
  principal?: Principal;
  route?: Route;
  era?: Era;
  /** Null when there is no body, or it is not known yet. */
  body: RequestBody | null;
  /** The JSON-RPC message in the body, once a step has read it (message.ts). */
  message?: Message;
  /** The error that the gateway itself answered with, or broke the answer off for. */
  refusal?: GatewayError;
  head?: AnswerHead;
  /** Bytes that the connection had been sent before the request, when the audit is on. */
  sentBefore?: number | undefined;
  /** Milliseconds since the head of the request. */
  readonly elapsedMs: number;
  /** Records which resource the request is for. */
  enter(resource: ResourceRef): void;
  /** Adds headers to the head of the answer, from whatever part of the gateway that comes. */
  addToHead(headers: HeaderList): void;
  /** Runs `release` once the request has ended, however it ends; at once if it has. Steps release here what they hold. */
  defer(release: () => void): void;
}

/** A request to an MCP endpoint that has passed the pipeline, with everything that forwarding needs. */
export interface McpRequest extends RequestContext {
  /** With the question mark, or empty. */
  query: string;
  era: Era;
  route: Route;
  principal: Principal;
}

/** Observes every request: metrics, the access log. Each observer reads the context. */
export interface RequestObserver {
  /** The request is for a resource. */
  entered?(context: RequestContext): void;
  /** The head of the answer is sent. */
  answered?(context: RequestContext): void;
  /** Called once for each request, however it ended. */
  ended(context: RequestContext): void;
}

/** Creates the context of a request. The request ends when the response closes. */
export function openContext(
  req: IncomingMessage,
  res: ServerResponse,
  observers: readonly RequestObserver[],
): RequestContext {
  const context = new Context(requestIdOf(req.headers), req, res, observers);
  if (res instanceof HookedResponse) {
    res.addedHeaders = context.added;
    res.onHead = context.onHead;
  }
  res.once('close', context.end);
  return context;
}

/** A class, because there is one for each request. */
class Context implements RequestContext {
  readonly address: string | undefined;
  resource?: ResourceRef;
  body: RequestBody | null = null;
  head?: AnswerHead;
  sentBefore?: number | undefined;
  readonly #began = performance.now();
  readonly added: string[];
  #releases: (() => void)[] | undefined;
  #hasEnded = false;

  constructor(
    readonly id: string,
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
    private readonly observers: readonly RequestObserver[],
  ) {
    this.address = req.socket.remoteAddress;
    this.added = ['X-Request-Id', id];
  }

  get elapsedMs(): number {
    return performance.now() - this.#began;
  }

  enter(resource: ResourceRef): void {
    this.resource = resource;
    for (const observer of this.observers) observer.entered?.(this);
  }

  addToHead(headers: HeaderList): void {
    this.added.push(...headers);
  }

  defer(release: () => void): void {
    if (this.#hasEnded) release();
    else (this.#releases ??= []).push(release);
  }

  readonly onHead = (status: number, headers: HeaderList): void => {
    this.head = { status, isEventStream: announcesEventStream(headers), afterMs: this.elapsedMs };
    for (const observer of this.observers) observer.answered?.(this);
  };

  readonly end = (): void => {
    this.#hasEnded = true;
    const releases = this.#releases ?? [];
    for (let i = releases.length - 1; i >= 0; i -= 1) {
      try {
        releases[i]?.();
      } catch (error) {
        this.#report(error);
      }
    }
    for (const observer of this.observers) {
      try {
        observer.ended(this);
      } catch (error) {
        this.#report(error);
      }
    }
  };

  /** To the error boundary, so that the other steps still run. A throw in a listener would end the process. */
  #report(error: unknown): void {
    this.res.emit('error', error);
  }
}
