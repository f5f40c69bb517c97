import { ConnectionError, errorOf } from './errors.js';
import { type Outcome, retryWaitMs } from './retry.js';

/** Says who calls: a token that expires, an API key, or the headers of development sign-in. */
export interface Credentials {
  /** The headers of the next request, such as `{ authorization: 'Bearer …' }`. */
  headers(): Promise<Record<string, string>> | Record<string, string>;
  /**
   * Called when the gateway has answered 401. Resolves with whether `headers` now gives others, so that the request is worth
   * sending once more.
   */
  refresh?(): Promise<boolean>;
}

export interface SendOptions {
  credentials?: Credentials | undefined;
  /** Another `fetch`, for instance one that uses a proxy. */
  fetch?: typeof globalThis.fetch | undefined;
  /** How long an answer may take, per attempt; of a stream, its head. 30 seconds by default. */
  timeoutMs?: number | undefined;
  /** How often a safe request is sent again after 429, 503 or no answer. Twice by default. */
  maxRetries?: number | undefined;
  /** Headers of every request, such as User-Agent. */
  headers?: Record<string, string> | undefined;
}

type Send = (request: Request) => Promise<Response>;

/**
 * A `fetch` that signs in, repeats, and ends in time. It resolves with successful answers only.
 * @throws GatewayError for any other answer, ConnectionError for none, and the reason of `request.signal` when that aborts
 */
export function sender({ maxRetries = 2, credentials, ...options }: SendOptions): Send {
  return async function send(request) {
    let mayRefresh = credentials?.refresh !== undefined;
    for (let attempt = 1; ; attempt += 1) {
      const signed = withHeaders(request.clone(), { ...options.headers, ...(await credentials?.headers()) });
      const answer = await attemptOnce(signed, options);
      if (answer instanceof Response && answer.ok) return answer;
      const error = answer instanceof Response ? await errorOf(answer) : answer;
      const outcome: Outcome = error instanceof ConnectionError ? 'no answer' : error;
      if (outcome !== 'no answer' && outcome.status === 401 && mayRefresh) {
        mayRefresh = false;
        if (await credentials?.refresh?.()) continue;
      }
      const waitMs = retryWaitMs({ method: request.method, attempt, maxRetries }, outcome, Math.random());
      if (waitMs === undefined) throw error;
      await pause(waitMs, request.signal);
    }
  };
}

function withHeaders(request: Request, headers: Record<string, string>): Request {
  for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
  return request;
}

/** @throws the reason of the signal of the request when that aborts */
async function attemptOnce(
  request: Request,
  { fetch = (...args) => globalThis.fetch(...args), timeoutMs = 30_000 }: SendOptions,
): Promise<Response | ConnectionError> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const signal = AbortSignal.any([request.signal, late.signal]);
    const response = await fetch(request, { signal, redirect: 'manual' });
    const elsewhere = redirectOf(response, request.url);
    if (elsewhere !== undefined)
      return new ConnectionError('unreachable', `${request.method} ${request.url} ${elsewhere}`);
    return isStream(response) ? response : await readWhole(response);
  } catch (cause) {
    request.signal.throwIfAborted();
    const what = `${request.method} ${request.url}`;
    if (!late.signal.aborted)
      return new ConnectionError('unreachable', `${what} failed: ${reasonOf(cause)}`, { cause });
    return new ConnectionError('timeout', `${what} was not answered within ${timeoutMs / 1000} seconds`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What to say of a redirect; undefined for another answer. The API has none, and one that a proxy adds may lead to another
 * server, to which `fetch` would take an API key along: it removes `Authorization` only.
 */
function redirectOf({ type, status, headers }: Response, from: string): string | undefined {
  const isRedirect = type === 'opaqueredirect' || (status >= 301 && status <= 308 && headers.has('location'));
  if (!isRedirect) return undefined;
  const location = headers.get('location') ?? '';
  const to = URL.canParse(location, from) ? new URL(location, from).origin : 'another URL';
  return `is redirected to ${to}, which is not followed; the URL of the gateway may be another one`;
}

/** Successful answers in JSON and errors are small and end; of all others only the head is awaited. */
const isStream = ({ ok, headers }: Response) =>
  ok && headers.has('content-type') && !/^application\/json\b/.test(headers.get('content-type') ?? '');

/** The same answer with its body in memory, so that the time limit covers the body. */
async function readWhole(response: Response): Promise<Response> {
  const text = await response.text();
  const { status, headers } = response;
  return new Response(text === '' ? null : text, { status, headers });
}

/** Node.js says why only in the cause of the error of `fetch`, and of several addresses in `errors`; a browser never does. */
function reasonOf(thrown: unknown): string {
  const { cause, errors, message } = (thrown ?? {}) as { cause?: unknown; errors?: unknown[]; message?: string };
  const inner = errors?.[0] ?? cause;
  return inner ? reasonOf(inner) : (message ?? String(thrown));
}

/** @throws the reason of the signal when that aborts meanwhile */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
  signal.throwIfAborted();
}
