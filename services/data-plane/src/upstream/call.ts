import type { Endpoint } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { HEADER, type HeaderList, isEventStream, readEvents, withoutHeaders } from '@mcp-gateway/protocol';
import { upstreamError } from './proxy.js';
import type { Upstreams } from './pools.js';

export interface UpstreamCall {
  method: 'POST' | 'DELETE';
  /** As undici's headers list. */
  headers: string[];
  /** A JSON-RPC message. */
  message?: unknown;
  timeoutMs: number;
  /** Called with the session that the server has begun, even if the rest of the answer fails. */
  onSession?: (upstreamId: string) => void;
}

export interface UpstreamReply {
  status: number;
  sessionId: string | undefined;
  /** The JSON-RPC response, if the answer has one. */
  response: { result?: unknown; error?: { code: number; message: string } } | undefined;
}

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Sends one message of the gateway's own to a server and returns the response, from JSON or from an event stream.
 * @throws GatewayError UPSTREAM_REFUSED, UPSTREAM_GONE, UPSTREAM_TLS_FAILED; UPSTREAM_TIMEOUT when there is no answer within `timeoutMs`
 */
export function callUpstream(upstreams: Upstreams, endpoint: Endpoint, asked: UpstreamCall): Promise<UpstreamReply> {
  const { method, message, timeoutMs } = asked;
  const body = message === undefined ? null : JSON.stringify(message);
  const headers = [
    ...asked.headers,
    ...(body === null ? [] : ['Content-Type', 'application/json']),
    'Accept',
    'application/json, text/event-stream',
  ];
  return new Promise((resolve, reject) => {
    const reply: UpstreamReply = { status: 0, sessionId: undefined, response: undefined };
    const chunks: Buffer[] = [];
    let size = 0;
    let isEvents = false;
    let isSent = false;
    let abort: ((reason: Error) => void) | undefined;
    const over = (end: () => void) => {
      clearTimeout(late);
      end();
    };
    const late = setTimeout(() => {
      const error = new GatewayError('UPSTREAM_TIMEOUT', { cause: new Error(`no answer within ${timeoutMs} ms`) });
      abort?.(error);
      reject(error);
    }, timeoutMs);
    /** The answer so far may be complete: a server may leave the stream open. */
    const readSoFar = () => (reply.response = responseIn(Buffer.concat(chunks).toString('utf8'), isEvents));

    upstreams.dispatch(
      endpoint,
      { method, path: endpoint.path, headers, body },
      {
        onRequestStart(controller) {
          isSent = true;
          abort = (reason) => controller.abort(reason);
        },
        onResponseStart(_controller, status, head) {
          reply.status = status;
          reply.sessionId = head[HEADER.sessionId]?.toString();
          if (reply.sessionId !== undefined) asked.onSession?.(reply.sessionId);
          isEvents = isEventStream(head['content-type']?.toString());
        },
        onResponseData(controller, chunk) {
          chunks.push(chunk);
          size += chunk.length;
          if (size > MAX_BYTES) return controller.abort(new Error('the answer is too long'));
          if (isEvents && readSoFar()) {
            over(() => resolve(reply));
            controller.abort(new Error('nothing more is needed'));
          }
        },
        onResponseEnd() {
          readSoFar();
          over(() => resolve(reply));
        },
        onResponseError: (_controller, error) => over(() => reject(upstreamError(error, isSent))),
      },
    );
  });
}

function responseIn(text: string, isEvents: boolean): UpstreamReply['response'] {
  const texts = isEvents ? readEvents(text).events.map(({ data }) => data) : [text];
  for (const each of texts) {
    try {
      const message = JSON.parse(each) as NonNullable<UpstreamReply['response']>;
      if ('result' in message || 'error' in message) return message;
    } catch {
      // Not a message; the next event may be one.
    }
  }
  return undefined;
}

/**
 * Headers that describe one request: its message, its body, or the wanted form of its answer (RFC 9110 §8, §13, §14;
 * RFC 9530; MCP 2025-11-25, transports).
 */
const OF_ONE_REQUEST =
  /^(?:accept|accept-encoding|content-.*|if-.*|mcp-.*|(?:want-)?(?:content-|repr-)?digest|last-event-id|range|idempotency-key|signature|signature-input)$/;

/** Headers that describe a body. */
const OF_A_BODY = /^(?:content-.*|(?:repr-)?digest)$/;

/** For a message of the gateway's own within a session: the headers that the client sends with each of its requests. */
export const sessionHeaders = (headers: HeaderList): string[] =>
  withoutHeaders(headers, (name) => OF_ONE_REQUEST.test(name));

/** For the same request, sent again without its body. */
export const withoutBodyHeaders = (headers: HeaderList): string[] =>
  withoutHeaders(headers, (name) => OF_A_BODY.test(name));

/**
 * The server does not know the session. Clients never see this error: the gateway relocates the session, or answers
 * that it is gone.
 */
export class SessionUnknown extends Error {}
