import {
  PublishedDefinition,
  type PublishedTool,
  type PublishedToolset,
  resourceKey,
  Route,
  type Endpoint,
  type ResourceRef,
} from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import { connected, subscription, type RedisClient } from '@mcp-gateway/platform/redis';
import { ALL_ROUTES, refIn, routeKeys } from './stored-routes.js';

export interface RouteTable {
  get(ref: ResourceRef): Route | undefined;
  /** True once a complete set of routes has been read, and for ever after. */
  isLoaded(): boolean;
  /** When all of them were read last, in milliseconds since the epoch. */
  loadedAt(): number | undefined;
  /** Reads one route now, for a caller that has reason to think that the copy is behind. Rejects while Redis is unavailable. */
  refresh(ref: ResourceRef): Promise<void>;
  /** Called after every change. */
  onChange(listener: () => void): void;
  endpoints(): Iterable<Endpoint>;
  all(): Iterable<Route>;
  /** The resource of the replica that has this address, or had it a few minutes ago. */
  resourceAt(address: string): ResourceRef | undefined;
  close(): Promise<void>;
}

/** What the tool router follows: the routes, and the definitions of tools and toolsets. */
export interface ToolTable extends RouteTable {
  /** The definition that was published with the route; undefined for another kind, and where the definition cannot be read. */
  definition(ref: ResourceRef): PublishedTool | undefined;
  /** The definition of the toolset of this name, likewise. */
  toolset(name: string): PublishedToolset | undefined;
}

const RELOAD_EVERY_MS = 30_000;

/**
 * The copy of the routes in memory. Subscribes first and then loads, so nothing that changes in between is lost; reloads on
 * reconnect and on a timer; keeps the last table while Redis is unavailable, or is available again but empty. All reads are of
 * one slot and use one connection, so answers arrive in the order of the questions.
 */
export function followRoutes(
  redis: RedisClient,
  prefix: string,
  log: Logger,
  reloadEveryMs = RELOAD_EVERY_MS,
): RouteTable {
  return follow(redis, prefix, { log, reloadEveryMs }).table;
}

/** The routes as `followRoutes` follows them, with the definitions of tools and toolsets. A change of a definition is a change of its route. */
export function followTools(
  redis: RedisClient,
  prefix: string,
  log: Logger,
  reloadEveryMs = RELOAD_EVERY_MS,
): ToolTable {
  const definitions = new Map<string, PublishedDefinition>();
  const { table } = follow(redis, prefix, { log, reloadEveryMs, definitions });
  return {
    ...table,
    definition(ref) {
      const found = definitions.get(resourceKey(ref));
      return found?.type === 'toolset' ? undefined : found;
    },
    toolset(name) {
      const found = definitions.get(resourceKey({ kind: 'toolset', name }));
      return found?.type === 'toolset' ? found : undefined;
    },
  };
}

interface FollowOptions {
  log: Logger;
  reloadEveryMs: number;
  /** By `kind/name`. Absent: definitions are not read. */
  definitions?: Map<string, PublishedDefinition>;
}

function follow(redis: RedisClient, prefix: string, { log, reloadEveryMs, definitions }: FollowOptions) {
  const keys = routeKeys(prefix);
  const listeners: (() => void)[] = [];
  const changed = () => listeners.forEach((listener) => listener());
  const copy = new RouteCopy({ redis, keys, log, changed, definitions });

  const attempt = (work: Promise<void>) => work.catch((error: unknown) => log.debug({ err: error }, 'routes not read'));
  const reload = () => void attempt(copy.reload());
  const receive = (text: string) => {
    if (text === ALL_ROUTES) return reload();
    const ref = refIn(text);
    if (ref) void attempt(copy.read(ref, { isAnnounced: true }));
  };
  const changes = subscription(redis, { [keys.changed]: receive }, reload);
  redis.on('ready', reload);
  const timer = setInterval(reload, reloadEveryMs);

  const table: RouteTable = {
    get: (ref) => copy.routes.get(resourceKey(ref)),
    refresh: (ref) => copy.read(ref, { isAnnounced: false }),
    isLoaded: () => copy.isLoaded,
    loadedAt: () => copy.loadedAt,
    onChange: (listener) => void listeners.push(listener),
    all: () => copy.routes.values(),
    resourceAt: (address) => copy.addresses.resourceAt(address, Date.now()),
    *endpoints() {
      for (const route of copy.routes.values()) yield* route.endpoints;
    },
    async close() {
      clearInterval(timer);
      redis.off('ready', reload);
      changes.close();
    },
  };
  return { table };
}

interface CopyParts {
  redis: RedisClient;
  keys: ReturnType<typeof routeKeys>;
  log: Logger;
  changed: () => void;
  definitions: Map<string, PublishedDefinition> | undefined;
}

/** The answers of Redis: whether the routes are complete, what was asked for, and the definitions if they were. */
type One = [complete: number, route: string | null, definition?: string | null];
type All = [complete: number, routes: Record<string, string>, definitions?: Record<string, string>];

class RouteCopy {
  /** By `kind/name`. */
  routes = new Map<string, Route>();
  readonly addresses = new ReplicaAddresses();
  isLoaded = false;
  loadedAt: number | undefined;

  constructor(private readonly parts: CopyParts) {}

  /** A route that is missing after its change was announced was withdrawn. */
  async read(ref: ResourceRef, { isAnnounced }: { isAnnounced: boolean }): Promise<void> {
    const { redis, keys, definitions } = this.parts;
    const key = resourceKey(ref);
    const commands = connected(redis).multi().exists(keys.complete).hGet(keys.routes, key);
    if (definitions) commands.hGet(keys.definitions, key);
    const [complete, json, definition] = (await commands.exec()) as unknown as One;
    const route = this.#parse(json, Route);
    const before = this.routes.get(key); // after the wait, in which the map may have been replaced
    if (route) this.routes.set(key, route);
    else if (complete || isAnnounced) this.routes.delete(key);
    if (route || !this.routes.has(key)) this.#define(key, route ? definition : null);
    this.addresses.replace(before, this.routes.get(key), Date.now());
    this.parts.changed();
  }

  async reload(): Promise<void> {
    const { redis, keys, definitions } = this.parts;
    const commands = connected(redis).multi().exists(keys.complete).hGetAll(keys.routes);
    if (definitions) commands.hGetAll(keys.definitions);
    const [complete, entries, defined = {}] = (await commands.exec()) as unknown as All;
    const found = new Map<string, Route>();
    for (const [key, json] of Object.entries(entries)) {
      const route = this.#parse(json, Route);
      if (route) found.set(key, route);
    }
    // Redis came back empty and the worker has not written everything yet: a missing route may still exist.
    this.routes = complete ? found : new Map([...this.routes, ...found]);
    for (const key of definitions?.keys() ?? []) if (!this.routes.has(key)) definitions?.delete(key);
    for (const key of definitions ? found.keys() : []) this.#define(key, defined[key]);
    this.isLoaded ||= Boolean(complete);
    this.loadedAt = Date.now();
    this.addresses.replaceAll(this.routes.values(), this.loadedAt);
    this.parts.changed();
  }

  /** A definition is replaced with its route, so that the two never come from different writes. */
  #define(key: string, json: string | null | undefined): void {
    const { definitions } = this.parts;
    const definition = definitions && this.#parse(json, PublishedDefinition);
    if (definition) definitions.set(key, definition);
    else definitions?.delete(key);
  }

  #parse<T>(json: string | null | undefined, schema: { parse(value: unknown): T }): T | undefined {
    if (!json) return undefined;
    try {
      return schema.parse(JSON.parse(json));
    } catch (error) {
      this.parts.log.error({ err: error }, 'a published route is not valid; is the worker newer than this service?');
      return undefined;
    }
  }
}

/** The longest drain and the stop after it: a replica that has left the routes may run, and call, for this long. */
const RETENTION_MS = 660_000;

/** The resource of a replica, by the address that the replica calls from. A replica that has left the routes is remembered for a while. */
export class ReplicaAddresses {
  readonly #known = new Map<string, { resource: ResourceRef; until: number }>();

  /** The routes as they are now, in place of those before. */
  replaceAll(routes: Iterable<Route>, now: number): void {
    for (const [address, entry] of this.#known) {
      if (entry.until <= now) this.#known.delete(address);
      else entry.until = Math.min(entry.until, now + RETENTION_MS);
    }
    for (const route of routes) this.#add(route);
  }

  /** One route, which was published again or withdrawn. */
  replace(before: Route | undefined, after: Route | undefined, now: number): void {
    for (const address of before?.addresses ?? []) {
      const entry = this.#known.get(address);
      const isTheirs = entry?.resource.name === before?.name && entry?.resource.kind === before?.kind;
      if (entry && isTheirs) entry.until = now + RETENTION_MS;
    }
    if (after) this.#add(after);
  }

  #add({ kind, name, addresses = [] }: Route) {
    for (const address of addresses) this.#known.set(address, { resource: { kind, name }, until: Infinity });
  }

  resourceAt(address: string, now: number): ResourceRef | undefined {
    const entry = this.#known.get(address);
    return entry && entry.until > now ? entry.resource : undefined;
  }
}
