import { AsyncLocalStorage } from 'node:async_hooks';
import {
  createMcpHandler,
  type McpHttpHandler,
  type ServerEvent,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Kind } from '../catalog/view.js';
import type { Announcements } from './announcements.js';
import { authInfoOf, callerIn, type Caller } from './caller.js';
import type { ReadRequest } from './read-request.js';
import { createMcpServer, type McpServerParts } from './mcp-server.js';

const MAX_SUBSCRIPTIONS = 10_000;

const EVENTS: Record<Kind, ServerEvent> = {
  tools: { kind: 'tools_list_changed' },
  prompts: { kind: 'prompts_list_changed' },
  resources: { kind: 'resources_list_changed' },
  templates: { kind: 'resources_list_changed' },
};

/** Serves requests of modern clients (MCP 2026-07-28): each stands alone, and `subscriptions/listen` stays open. */
export class ModernRequests {
  /** The SDK subscribes while it serves `subscriptions/listen`, and does not say for whom. */
  readonly #callers = new AsyncLocalStorage<Caller>();
  readonly #handler: McpHttpHandler;

  constructor(parts: McpServerParts, announcements: Announcements, log: Logger) {
    const bus: ServerEventBus = {
      publish() {},
      subscribe: (listener) => {
        const caller = this.#callers.getStore();
        if (!caller) return () => {};
        const tell = (kind: Kind) => listener(EVENTS[kind]);
        return announcements.follow({ caller: () => caller, seen: new Map(), tell });
      },
    };
    this.#handler = createMcpHandler(({ authInfo }) => createMcpServer(parts, callerIn(authInfo)), {
      legacy: 'reject',
      bus,
      maxSubscriptions: MAX_SUBSCRIPTIONS,
      onerror: (error) => log.debug({ err: error }, 'a request was refused'),
    });
  }

  serve({ request, parsedBody }: ReadRequest, caller: Caller): Promise<Response> {
    const options = { authInfo: authInfoOf(caller), parsedBody };
    return this.#callers.run(caller, () => this.#handler.fetch(request, options));
  }

  close(): Promise<void> {
    return this.#handler.close();
  }
}
