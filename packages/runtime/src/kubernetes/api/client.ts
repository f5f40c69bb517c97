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
  /** Aborts the request. */
  signal?: AbortSignal;
}

/** The body of an answer, readable while it arrives. */
export type ApiStream = Dispatcher.ResponseData['body'];

/** A client of the Kubernetes API server. */
export interface ApiClient {
  /**
   * Sends one request and parses the JSON answer.
   * @throws ApiError when the server rejects the request; GatewayError UNAVAILABLE when the server is unavailable
   */
  call(what: ApiRequest): Promise<unknown>;
  /** Like `call`, for a long answer. The stream fails after `silenceMs` without a byte. */
  stream(what: ApiRequest, silenceMs: number): Promise<ApiStream>;
  /** Aborts the requests that run or wait, and refuses new ones. */
  close(): Promise<void>;
}

/** Called with the status of each answer, or with undefined when a request got no answer. */
export type ApiCallListener = (verb: 'get' | 'watch' | 'patch' | 'delete', status: number | undefined) => void;

const TIMEOUT_MS = 30_000;
const ERROR_BYTES = 1024 * 1024;
/** A busy API server names a time to retry after. The client waits for at most this long; then the caller has to retry. */
const RETRY_AFTER_MAX_SECONDS = 5;

/** @throws Error when there are no credentials */
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

/** Escapes the characters that JSON allows and YAML does not (YAML 1.2 §5.1): an apply is sent as YAML. */
const bodyOf = (body: object): string =>
  JSON.stringify(body).replaceAll(
    /[\u007f-\u009f\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A rejection stays an ApiError; every other error means that the API server is unavailable. */
function unavailableOr(error: unknown): Error {
  if (error instanceof ApiError && error.status === 401) {
    return new GatewayError('UNAVAILABLE', {
      detail: 'the Kubernetes API rejects the credentials of the gateway',
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
