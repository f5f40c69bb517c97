import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint } from '@mcp-gateway/common/contracts';
import { identityHeaders } from '@mcp-gateway/protocol';
import type { Principal } from '@mcp-gateway/common/principal';
import {
  CLIENT_CAPABILITIES_META_KEY,
  Client,
  LOG_LEVEL_META_KEY,
  type ClientCapabilities,
  type FetchLike,
  type JSONRPCRequest,
  type LoggingLevel,
  type Notification,
  type Result,
} from '@modelcontextprotocol/client';
import { z } from 'zod';
import { urlOf } from '../endpoints.js';
import type { CallContext, ServerDescription } from '../source.js';
import type { RemoteRequestInit } from './bounded-fetch.js';
import { ServerTransport } from './transport.js';

/** A result with all of its fields, also those that the SDK does not know. */
const AnyResult = z.looseObject({});
const HANDSHAKE_MS = 15_000;
const GOODBYE_MS = 2_000;
/** Until a server has opened its stream, or refused to. Many send the head of a stream with the first event only. */
const STREAM_MS = 150;
/** Signals end requests; the SDK wants a time of its own, too. */
const NO_LIMIT_MS = 86_400_000;

/** Of the stream on which a server tells changes. */
const RECONNECT = {
  maxRetries: 10,
  initialReconnectionDelay: 500,
  maxReconnectionDelay: 30_000,
  reconnectionDelayGrowFactor: 2,
};

/** The request that a message of a server belongs to: the SDK reads the stream of an answer in the context of its request. */
const REQUESTS = new AsyncLocalStorage<CallContext>();
export const requestOfMessage = (): CallContext | undefined => REQUESTS.getStore();

export interface ConnectionOptions {
  endpoint: Endpoint;
  fetch: FetchLike;
  signal: AbortSignal;
  /** For whom the connection is; undefined: for the gateway itself and all callers. */
  principal?: Principal | undefined;
  capabilities?: ClientCapabilities | undefined;
  /** The server is known to be legacy: no need to ask. */
  isLegacy?: boolean;
  /** Answers requests of the server. */
  onRequest?: ((request: JSONRPCRequest, signal: AbortSignal) => Promise<Result>) | undefined;
  onNotification?: ((notification: Notification) => void) | undefined;
  onClose?: (() => void) | undefined;
}

export interface OutgoingRequest {
  method: string;
  params: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** A client of one replica of an MCP server, in the era that the server speaks. */
export class Connection {
  private constructor(
    readonly endpoint: Endpoint,
    private readonly client: Client,
    private readonly transport: ServerTransport,
  ) {}

  /** @throws what the SDK throws when the server cannot be reached or does not speak MCP */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { endpoint, fetch, signal, principal, capabilities = {}, isLegacy } = options;
    const stream = Promise.withResolvers<void>();
    const asked = (init?: RequestInit): RemoteRequestInit => ({ ...init, ...(endpoint.remote && { isRemote: true }) });
    const transport = new ServerTransport(urlOf(endpoint), {
      fetch: (url, init) => {
        const response = fetch(url, asked(init));
        if (init?.method === 'GET') void response.catch(() => {}).then(() => stream.resolve());
        return response;
      },
      reconnectionOptions: RECONNECT,
      requestInit: { headers: headersFor(endpoint, principal) },
    });
    const client = new Client(
      { name: 'mcp-gateway', version: '0.1.0' },
      {
        capabilities,
        inputRequired: { autoFulfill: false },
        versionNegotiation: { mode: isLegacy ? 'legacy' : 'auto' },
      },
    );
    const { onRequest, onNotification, onClose } = options;
    if (onRequest) client.fallbackRequestHandler = (request, context) => onRequest(request, context.mcpReq.signal);
    if (onNotification) client.fallbackNotificationHandler = async (notification) => onNotification(notification);
    if (onClose) client.onclose = onClose;
    client.onerror = () => {}; // requests reject by themselves
    await client.connect(transport, { signal, timeout: HANDSHAKE_MS });
    const connection = new Connection(endpoint, client, transport);
    // A server may ask on its own stream while it serves the first request, and what it says before the stream is open is lost.
    if (connection.isStateful) await Promise.race([stream.promise, delay(STREAM_MS, undefined, { ref: false })]);
    return connection;
  }

  get era(): 'legacy' | 'modern' {
    return this.client.getProtocolEra() ?? 'legacy';
  }

  /** The server has given this client a session, so it may keep state for it. */
  get isStateful(): boolean {
    return this.transport.sessionId !== undefined;
  }

  get capabilities() {
    return this.client.getServerCapabilities() ?? {};
  }

  get description(): ServerDescription {
    const { capabilities } = this;
    return { info: this.client.getServerVersion(), instructions: this.client.getInstructions(), capabilities };
  }

  /**
   * @param from the request of a client that this one serves; undefined for a request of the gateway itself
   * @throws ProtocolError that the server answers, and other errors of the SDK
   */
  request({ method, params, headers }: OutgoingRequest, signal: AbortSignal, from?: CallContext): Promise<Result> {
    const _meta = {
      ...(params['_meta'] as object | undefined),
      ...(from && this.era === 'modern' && envelopeOf(from)),
    };
    const message = { method, params: Object.keys(_meta).length > 0 ? { ...params, _meta } : params };
    const send = () =>
      this.client.request(message, AnyResult, {
        signal,
        timeout: NO_LIMIT_MS,
        allowInputRequired: true,
        headers: {
          ...headers,
          ...(from && { ...headersFor(this.endpoint, from.principal), 'X-Request-Id': from.requestId }),
        },
        ...(from?.onProgress && { onprogress: from.onProgress }),
      });
    return from ? REQUESTS.run(from, send) : send();
  }

  /** The server sends log messages of this level and of those above, if it has any. */
  async setLogLevel(level: LoggingLevel): Promise<void> {
    if (!this.capabilities.logging || this.era === 'modern') return;
    const message = { method: 'logging/setLevel', params: { level } };
    await this.request(message, AbortSignal.timeout(HANDSHAKE_MS)).catch(() => {});
  }

  /** Follows changes of the lists of a modern server; a legacy one tells them on its stream. */
  listen(signal: AbortSignal) {
    const { tools, prompts, resources } = this.capabilities;
    const filter = {
      ...(tools?.listChanged && { toolsListChanged: true }),
      ...(prompts?.listChanged && { promptsListChanged: true }),
      ...(resources?.listChanged && { resourcesListChanged: true }),
    };
    return this.client.listen(filter, { signal, timeout: HANDSHAKE_MS });
  }

  /** Follows resources of a modern server, which tells `onNotification` of their updates. */
  follow(resourceSubscriptions: string[], signal: AbortSignal) {
    return this.client.listen({ resourceSubscriptions }, { signal, timeout: HANDSHAKE_MS });
  }

  /** Ends the session at the server, if the server answers in time. */
  async close(): Promise<void> {
    if (this.isStateful) {
      const late = new Promise<void>((resolve) => setTimeout(resolve, GOODBYE_MS).unref());
      await Promise.race([this.transport.terminateSession().catch(() => {}), late]);
    }
    await this.client.close().catch(() => {});
  }
}

/** What the client of a request can do, as a modern server expects it with each request (MCP 2026-07-28, `_meta`). */
const envelopeOf = ({ client: { capabilities, logLevel } }: CallContext): Record<string, unknown> => ({
  [CLIENT_CAPABILITIES_META_KEY]: capabilities,
  ...(logLevel && { [LOG_LEVEL_META_KEY]: logLevel }),
});

/** Others do not learn who calls. */
function headersFor({ remote }: Endpoint, principal: Principal | undefined): Record<string, string> {
  if (remote) return remote.headers ?? {};
  if (!principal) return {};
  const list = identityHeaders(principal);
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < list.length; i += 2) headers[list[i] as string] = list[i + 1] as string;
  return headers;
}
