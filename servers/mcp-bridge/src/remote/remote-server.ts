import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { isEventStream } from '@mcp-gateway/protocol';
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { Refusal } from '../http/reply.js';

export interface RemoteOptions {
  url: URL;
  /** Added to each request, such as Authorization. */
  headers: Record<string, string>;
  requestMs: number;
}

export type RemoteResponse = Dispatcher.ResponseData;

/**
 * What passes to the server of the client's headers: those of MCP and of the body, and credentials. The gateway removes the caller's own
 * credentials and may add some that are for this server. The identity of the caller stays here.
 */
const REQUEST_HEADERS =
  /^(accept|accept-language|authorization|content-type|last-event-id|mcp-.*|traceparent|tracestate)$/;
const RESPONSE_HEADERS =
  /^(content-type|cache-control|mcp-.*|retry-after|x-accel-buffering|content-encoding|content-length)$/;
/** Names the requests of the bridge itself. */
const CHECK_AGENT = 'mcp-gateway-bridge';
const PING = JSON.stringify({ jsonrpc: '2.0', id: 'mcp-gateway-bridge', method: 'ping' });
const MAX_REDIRECTS = 3;
const CONNECT_MS = 10_000;

/** A remote MCP server. Connects through the proxy of the environment (HTTPS_PROXY), if there is one. */
export class RemoteServer {
  readonly #dispatcher: Dispatcher;
  /** The URL, or where it has redirected to. */
  #url: URL;

  constructor(private readonly options: RemoteOptions) {
    this.#url = options.url;
    // A stream may be quiet for as long as it likes; a call ends with `requestMs`.
    const { requestMs } = options;
    this.#dispatcher = new EnvHttpProxyAgent({
      headersTimeout: requestMs,
      bodyTimeout: 0,
      connect: { timeout: CONNECT_MS },
    });
  }

  get url(): URL {
    return this.#url;
  }

  /** Sends the request of a client and answers with what the server answers, byte for byte. */
  async forward(req: IncomingMessage, res: ServerResponse, body: Buffer | undefined): Promise<void> {
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const response = await this.send(req.method as Dispatcher.HttpMethod, requestHeaders(req), body, gone.signal);
    await this.answer(response, res);
  }

  /** Answers a client with an answer of the server. */
  async answer(response: RemoteResponse, res: ServerResponse): Promise<void> {
    const headers = Object.entries(response.headers).filter(([name]) => RESPONSE_HEADERS.test(name));
    res.writeHead(response.statusCode, Object.fromEntries(headers));
    if (isEventStream(String(response.headers['content-type']))) res.flushHeaders();
    await pipeline(response.body as Readable, res).catch(() => {}); // one of the two has gone, which has ended the other
  }

  /**
   * Sends a request to the server, or to another URL on its origin, and follows redirects within the origin.
   * @throws Refusal 502 when it cannot be reached, when it refuses the credentials, or when it redirects elsewhere
   */
  async send(
    method: Dispatcher.HttpMethod,
    headers: OutgoingHttpHeaders,
    body: Buffer | string | undefined,
    signal: AbortSignal,
    url: URL = this.#url,
  ): Promise<RemoteResponse> {
    let target = url;
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#sendTo(target, method, headers, body, signal);
      const { statusCode } = response;
      if (statusCode === 401 || statusCode === 403) throw await refused(target, response);
      if (!isRedirect(method, statusCode)) return response;
      target = redirected(target, response);
      await response.body.dump();
      if (redirects >= MAX_REDIRECTS) throw unreachable(`${target.host} redirects more than ${MAX_REDIRECTS} times`);
      if (url === this.#url) this.#url = target;
    }
  }

  /**
   * Resolves when the server has answered, whatever it says.
   * @throws Refusal 502 when it cannot be reached
   */
  async reach(signal: AbortSignal): Promise<void> {
    const headers = {
      'user-agent': CHECK_AGENT,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const { body } = await this.#sendTo(this.#url, 'POST', headers, PING, signal);
    body.on('error', () => {}).destroy();
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  async #sendTo(
    url: URL,
    method: Dispatcher.HttpMethod,
    headers: OutgoingHttpHeaders,
    body: Buffer | string | undefined,
    signal: AbortSignal,
  ): Promise<RemoteResponse> {
    try {
      const all = { ...headers, ...this.options.headers };
      return await request(url, { method, headers: all, body: body ?? null, signal, dispatcher: this.#dispatcher });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw unreachable(`${url.host} does not answer (${code ?? message})`);
    }
  }
}

/** Only 307 and 308 promise that the same request may be sent elsewhere (RFC 9110 §15.4). */
const isRedirect = (method: string, status: number): boolean =>
  status === 307 || status === 308 || (method === 'GET' && (status === 301 || status === 302));

export function requestHeaders({ headers }: IncomingMessage): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => REQUEST_HEADERS.test(name)));
}

/** @throws Refusal when another server would get the request */
function redirected(from: URL, { headers }: RemoteResponse): URL {
  const to = URL.parse(String(headers['location']), from.href);
  if (!to) throw unreachable(`${from.host} redirects to no URL`);
  if (to.origin === from.origin || (to.host === from.host && to.protocol === 'https:')) return to;
  throw unreachable(
    `${from.host} redirects to another server, ${to.origin}. If that is right, set MCP_PROXY_URL to ${to.href}`,
  );
}

async function refused({ host }: URL, response: RemoteResponse): Promise<Refusal> {
  await response.body.dump();
  return unreachable(
    `${host} answers ${response.statusCode}: it wants other credentials. Set MCP_PROXY_HEADERS, such as {"Authorization": "Bearer …"}`,
  );
}

const unreachable = (why: string) =>
  new Refusal(502, -32_000, `The remote MCP server cannot serve the request: ${why}.`);
