import { setTimeout as delay } from 'node:timers/promises';
import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import { type Dispatcher, request } from 'undici';
import { apiError, ApiError, isRejection } from './errors.js';
import { type ApiServerAddress, connect } from './connection.js';

interface ApiRequest {
  method: 'GET' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: object;
  /** Aborts it. */
  signal?: AbortSignal;
}

/** The answer as it comes. */
export type ApiStream = Dispatcher.ResponseData['body'];

/** The API server. */
export interface ApiClient {
  /**
   * One request with a JSON answer.
   * @throws ApiError when the server refuses it; GatewayError UNAVAILABLE when it cannot be reached or cannot answer.
   */
  call(what: ApiRequest): Promise<unknown>;
  /**
   * Like `call`, for an answer that may go on for long; `silenceMs` without a byte end it.
   */
  stream(what: ApiRequest, silenceMs: number): Promise<ApiStream>;
  /** Aborts the requests that run or wait, and refuses new ones. */
  close(): Promise<void>;
}

/** Hears of each request's status; undefined when there was no answer. */
export type ApiCallListener = (verb: 'get' | 'watch' | 'patch' | 'delete', status: number | undefined) => void;

const TIMEOUT_MS = 30_000;
const ERROR_BYTES = 1024 * 1024;
/** An API server that is busy says when to come again; longer than this is for the caller to wait. */
const RETRY_AFTER_MAX_SECONDS = 5;

/** @throws Error when nothing says who we are to it */
export async function connectApi(
  address: ApiServerAddress,
  requestsPerSecond: number,
  onAnswer: ApiCallListener = () => {},
): Promise<ApiClient> {
  const connection = await connect(address);
  const closing = new AbortController();
  const admit = rateLimit(requestsPerSecond, TIMEOUT_MS, closing.signal);

  async function sendOnce({ method, path, query = {}, body, signal }: ApiRequest, silenceMs: number) {
    await admit(signal);
    closing.signal.throwIfAborted();
    const { server, headers, dispatcher } = await connection.access();
    const type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json'; // JSON is YAML
    return request(`${server}${path}?${new URLSearchParams(query).toString()}`, {
      dispatcher,
      method,
      headers: { ...headers, accept: 'application/json', ...(body && { 'content-type': type }) },
      ...(body && { body: bodyOf(body) }),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: silenceMs,
      signal: signal ?? null,
    });
  }

  async function send(what: ApiRequest, silenceMs: number, again = true): Promise<ApiStream> {
    const answer = await sendOnce(what, silenceMs).catch((error: unknown) => {
      if (!what.signal?.aborted && !closing.signal.aborted) onAnswer(verbOf(what), undefined);
      throw error;
    });
    onAnswer(verbOf(what), answer.statusCode);
    if (answer.statusCode < 300) return answer.body;
    const text = await textOf(answer.body);
    const wait = Number(answer.headers['retry-after'] ?? Number.NaN);
    if (answer.statusCode === 429 && again && wait <= RETRY_AFTER_MAX_SECONDS) {
      await delay(wait * 1_000, undefined, { signal: eitherOf(closing.signal, what.signal) });
      return send(what, silenceMs, false);
    }
    throw apiError(answer.statusCode, parsed(text));
  }

  return {
    async call(what) {
      try {
        return await (await send(what, TIMEOUT_MS)).json();
      } catch (error) {
        throw unavailableOr(error);
      }
    },
    async stream(what, silenceMs) {
      try {
        return await send(what, silenceMs);
      } catch (error) {
        throw unavailableOr(error);
      }
    },
    async close() {
      closing.abort();
      await connection.close();
    },
  };
}

function verbOf({ method, query }: ApiRequest): Parameters<ApiCallListener>[0] {
  if (query?.['watch'] !== undefined) return 'watch';
  switch (method) {
    case 'GET':
      return 'get';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      return unreachable(method);
  }
}

/** JSON that is YAML too, which does not allow every character as it is (YAML 1.2 §5.1). */
const bodyOf = (body: object): string =>
  JSON.stringify(body).replaceAll(
    /[\u007f-\u009f\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** The server's rejections stay what they are; everything else is an outage. */
function unavailableOr(error: unknown): Error {
  if (error instanceof ApiError && error.status === 401) {
    return new GatewayError('UNAVAILABLE', {
      detail: 'the Kubernetes API does not accept our credentials',
      cause: error,
    });
  }
  if (error instanceof ApiError && isRejection(error)) return error;
  return new GatewayError('UNAVAILABLE', { detail: 'the Kubernetes API does not answer', cause: error });
}

async function textOf(body: ApiStream): Promise<string> {
  let text = '';
  for await (const chunk of body.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > ERROR_BYTES) break;
  }
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text === '' ? null : { message: text.slice(0, 1_000) };
  }
}

const eitherOf = (one: AbortSignal, other: AbortSignal | undefined): AbortSignal =>
  other ? AbortSignal.any([one, other]) : one;

/**
 * Admits `perSecond` calls on average and a burst of twice as many; further calls wait in order. A call that would wait for longer
 * than `maxWaitMs` is refused at once. `closing` ends every wait.
 */
export function rateLimit(
  perSecond: number,
  maxWaitMs: number,
  closing: AbortSignal,
  now: () => number = Date.now,
): (signal?: AbortSignal) => Promise<void> {
  const everyMs = 1_000 / perSecond;
  const burst = perSecond * 2;
  /** The time of the next call's turn if there were no burst. */
  let next = now();
  return async (signal) => {
    const at = now();
    const turn = Math.max(next, at - burst * everyMs) + everyMs; // unused turns add up to the burst
    const wait = turn - at;
    if (wait > maxWaitMs) throw new Error('too many requests wait for their turn (KUBERNETES_QPS)');
    next = turn;
    if (wait > 0) await delay(wait, undefined, { signal: eitherOf(closing, signal) });
  };
}
