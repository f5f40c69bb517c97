import type { Endpoint } from '@mcp-gateway/common/contracts';
import { identityHeaders } from '@mcp-gateway/protocol';
import type { Principal } from '@mcp-gateway/common/principal';
import {
  Client,
  type ClientCapabilities,
  type FetchLike,
  type JSONRPCRequest,
  type Notification,
  type Progress,
  type Result,
} from '@modelcontextprotocol/client';
import { z } from 'zod';
import { urlOf } from '../endpoints.js';
import { ServerTransport } from './transport.js';

/** Whatever the server answers, with fields that the SDK does not know. */
const AnyResult = z.looseObject({});
const HANDSHAKE_MS = 15_000;
const GOODBYE_MS = 2_000;
/** Signals end requests; the SDK wants a time of its own, too. */
const NO_LIMIT_MS = 86_400_000;

/** Of the stream on which a server tells changes. */
const RECONNECT = {
  maxRetries: 10,
  initialReconnectionDelay: 500,
  maxReconnectionDelay: 30_000,
  reconnectionDelayGrowFactor: 2,
};

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

export interface RequestParts {
  signal: AbortSignal;
  principal?: Principal | undefined;
  requestId?: string | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
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
    const transport = new ServerTransport(urlOf(endpoint), {
      fetch,
      reconnectionOptions: RECONNECT,
      ...(principal && { requestInit: { headers: headersOf(principal) } }),
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
    return new Connection(endpoint, client, transport);
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

  /** @throws ProtocolError that the server answers, and other errors of the SDK */
  request(method: string, params: Record<string, unknown>, parts: RequestParts): Promise<Record<string, unknown>> {
    const { signal, principal, requestId, onProgress } = parts;
    const headers = { ...(principal && headersOf(principal)), ...(requestId && { 'X-Request-Id': requestId }) };
    return this.client.request({ method, params }, AnyResult, {
      signal,
      headers,
      timeout: NO_LIMIT_MS,
      allowInputRequired: true,
      ...(onProgress && { onprogress: onProgress }),
    });
  }

  notify(notification: Notification): Promise<void> {
    return this.client.notification(notification);
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

  /** Ends the session at the server, if the server answers in time. */
  async close(): Promise<void> {
    if (this.isStateful) {
      const late = new Promise<void>((resolve) => setTimeout(resolve, GOODBYE_MS).unref());
      await Promise.race([this.transport.terminateSession().catch(() => {}), late]);
    }
    await this.client.close().catch(() => {});
  }
}

function headersOf(principal: Principal): Record<string, string> {
  const list = identityHeaders(principal);
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < list.length; i += 2) headers[list[i] as string] = list[i + 1] as string;
  return headers;
}
