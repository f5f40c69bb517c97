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
import { z } from 'zod';
import { listenContextOf } from './call-context.js';
import { FollowedResources } from './followed-resources.js';
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

/** What the SDK does not know when it subscribes for a client. */
interface Listening {
  caller: Caller;
  /** Those that the client follows, if any. */
  resources?: FollowedResources;
  /** Tells the client of an update; undefined before the stream is open. */
  updated?: (uri: string) => void;
}

const Listen = z.looseObject({
  method: z.literal('subscriptions/listen'),
  params: z.looseObject({
    _meta: z.looseObject({}).optional(),
    notifications: z.looseObject({ resourceSubscriptions: z.array(z.string()).min(1) }),
  }),
});
type ListenRequest = z.infer<typeof Listen>;

/** The resources that a request wants to follow: of `subscriptions/listen` only. */
function resourcesIn(body: unknown): string[] {
  if ((body as { method?: unknown } | undefined)?.method !== 'subscriptions/listen') return [];
  const { data } = Listen.safeParse(body);
  return data ? [...new Set(data.params.notifications.resourceSubscriptions)] : [];
}

function narrowed({ params, ...body }: ListenRequest, honored: readonly string[]): object {
  const { resourceSubscriptions: _, ...others } = params.notifications;
  const notifications = honored.length > 0 ? { ...others, resourceSubscriptions: honored } : others;
  return { ...body, params: { ...params, notifications } };
}

/** Serves requests of modern clients (MCP 2026-07-28): each stands alone, and `subscriptions/listen` stays open. */
export class ModernRequests {
  /** The SDK subscribes while it serves `subscriptions/listen`, and does not say for whom. */
  readonly #listening = new AsyncLocalStorage<Listening>();
  readonly #handler: McpHttpHandler;

  constructor(
    private readonly parts: McpServerParts,
    announcements: Announcements,
    log: Logger,
  ) {
    const bus: ServerEventBus = {
      publish() {},
      subscribe: (listener) => {
        const listening = this.#listening.getStore();
        if (!listening) return () => {};
        const { caller, resources } = listening;
        listening.updated = (uri) => listener({ kind: 'resource_updated', uri });
        const forget = announcements.follow({
          caller: () => caller,
          seen: new Map(),
          tell: (kind: Kind) => listener(EVENTS[kind]),
          checked: () => resources?.check(),
        });
        return () => {
          forget();
          resources?.end();
        };
      },
    };
    this.#handler = createMcpHandler(({ authInfo }) => createMcpServer(parts, callerIn(authInfo)), {
      legacy: 'reject',
      bus,
      maxSubscriptions: MAX_SUBSCRIPTIONS,
      onerror: (error) => log.debug({ err: error }, 'a request was refused'),
    });
  }

  serve(read: ReadRequest, caller: Caller): Promise<Response> {
    const wanted = resourcesIn(read.parsedBody);
    return wanted.length > 0 ? this.#follow(read, caller, wanted) : this.#handle(read, { caller });
  }

  #handle({ request, parsedBody }: ReadRequest, listening: Listening): Promise<Response> {
    const options = { authInfo: authInfoOf(listening.caller), parsedBody };
    return this.#listening.run(listening, () => this.#handler.fetch(request, options));
  }

  /** Follows resources before the client is told that they are: the acknowledgement names those that servers tell updates of. */
  async #follow(read: ReadRequest, caller: Caller, wanted: readonly string[]): Promise<Response> {
    const { calls, catalogue, views, firstListMs } = this.parts;
    const view = () => views.of(caller.principal, caller.resource);
    if (!view().isTried) await catalogue.whenTried(caller.principal, caller.resource, firstListMs);
    const body = read.parsedBody as ListenRequest;
    const context = listenContextOf(caller, read.request, body.params._meta ?? {});
    const resources = new FollowedResources(calls, view, (uri) => listening.updated?.(uri));
    const listening: Listening = { caller, resources };
    const isFollowed = await Promise.all(
      wanted.map((uri) =>
        resources.follow({ uri }, context).then(
          () => true,
          () => false,
        ),
      ),
    );
    const honored = wanted.filter((_, index) => isFollowed[index]);
    try {
      return await this.#handle({ ...read, parsedBody: narrowed(body, honored) }, listening);
    } finally {
      if (!listening.updated) resources.end(); // the request was refused
    }
  }

  close(): Promise<void> {
    return this.#handler.close();
  }
}
