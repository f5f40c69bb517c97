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
export function proxyRequest(
  upstreams: Upstreams,
  endpoint: Endpoint,
  { res, options, onHead, seenAs, delivery, permit, bodyIdleMs = BODY_IDLE_MS }: ProxyRequest,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let idle: NodeJS.Timeout | undefined;
    let unwatch: (() => void) | undefined;
    let isOver = false;
    let isSent = false;
    /** Waits for the head to go out: undici lets what came before the end of a connection through even while paused. */
    let early: (() => void)[] | undefined;
    const inOrder = (step: () => void) => (early ? void early.push(step) : step());
    /** Set while the client knows nothing of the answer yet, and an error can still be one. */
    let writeHead: (() => void) | undefined;
    const begin = () => {
      writeHead?.();
      writeHead = undefined;
    };

    // Passed up: for a modern request this is how a client cancels.
    res.once('close', () => {
      if (!res.writableFinished) controller?.abort(CLIENT_GONE);
    });

    upstreams.dispatch(endpoint, options, {
      onRequestStart(started) {
        controller = started;
        if (res.destroyed) return started.abort(CLIENT_GONE);
        if (isSent) return; // a redirect is followed
        isSent = true;
        delivery?.sent();
      },
      onResponseStart(current, status, headers, statusMessage) {
        if (status > 599) {
          return current.abort(new GatewayError('UPSTREAM_INVALID', { detail: `its status is ${status}` }));
        }
        if (status < 200) return; // informational; Node has answered `Expect` itself
        let raw = (current.rawHeaders as Buffer[]).map((part) => part.toString('latin1'));
        const location = headers['location']?.toString();
        if (location !== undefined) {
          try {
            raw = withLocation(raw, locationFor(endpoint, options, { status, location, seenAs }));
          } catch (error) {
            return current.abort(error as Error);
          }
        }
        const upstreamSessionId = headers[HEADER.sessionId]?.toString();
        const streaming = isEventStream(headers['content-type']?.toString());
        const fail = (error: Error) => {
          reject(error);
          current.abort(error);
        };
        /** To be called when what came together with the head has been passed on. */
        const waitForMore = () => {
          if (isOver || res.destroyed) return;
          unwatch = permit.watch((error) => current.abort(error));
          if (!streaming) {
            idle = setTimeout(() => current.abort(new Error('the body paused for too long')), bodyIdleMs);
          } else if (writeHead) {
            begin();
            // A quiet stream whose head is held back looks hung. Not flushHeaders, which makes UTF-8 of its bytes.
            res.write('', 'latin1');
          }
        };
        const goOn = (added: string[]) => {
          writeHead = () => res.writeHead(status, reasonPhrase(statusMessage), [...responseHeaders(raw), ...added]);
          Promise.resolve().then(waitForMore).catch(fail);
        };

        const denied = permit.deny();
        if (denied) return fail(denied);
        const added = onHead({ status, isEvents: streaming, upstreamSessionId });
        if (!(added instanceof Promise)) return res.destroyed ? current.abort(CLIENT_GONE) : goOn(added);
        current.pause();
        early = [];
        added
          .then((late) => {
            if (isOver || res.destroyed) return resolve();
            goOn(late);
            const held = early ?? [];
            early = undefined;
            held.forEach((step) => step());
            if (!res.writableNeedDrain) current.resume();
          })
          .catch(fail);
      },
      onResponseData(current, chunk) {
        inOrder(() => {
          idle?.refresh();
          begin();
          if (res.write(chunk)) return;
          current.pause();
          res.once('drain', () => current.resume());
        });
      },
      onResponseEnd() {
        inOrder(() => {
          isOver = true;
          clearTimeout(idle);
          unwatch?.();
          begin();
          res.end();
          resolve();
        });
      },
      onResponseError(_current, error) {
        isOver = true;
        clearTimeout(idle);
        unwatch?.();
        if (error === CLIENT_GONE || res.destroyed) resolve();
        else reject(upstreamError(error, isSent));
      },
    });
  });
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
