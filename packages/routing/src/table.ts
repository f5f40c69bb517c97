import { resourceKey, Route, type Endpoint, type ResourceRef } from '@mcp-gateway/common/contracts';
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
  const keys = routeKeys(prefix);
  const listeners: (() => void)[] = [];
  const copy = new RouteCopy(redis, keys, log, () => listeners.forEach((listener) => listener()));

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

  return {
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
}

class RouteCopy {
  /** By `kind/name`. */
  routes = new Map<string, Route>();
  readonly addresses = new ReplicaAddresses();
  isLoaded = false;
  loadedAt: number | undefined;

  constructor(
    private readonly redis: RedisClient,
    private readonly keys: ReturnType<typeof routeKeys>,
    private readonly log: Logger,
    private readonly changed: () => void,
  ) {}

  /** A route that is missing after its change was announced was withdrawn. */
  async read(ref: ResourceRef, { isAnnounced }: { isAnnounced: boolean }): Promise<void> {
    const { redis, keys } = this;
    const key = resourceKey(ref);
    const [complete, json] = await connected(redis).multi().exists(keys.complete).hGet(keys.routes, key).execTyped();
    const route = this.#parse(json);
    const before = this.routes.get(key); // after the wait, in which the map may have been replaced
    if (route) this.routes.set(key, route);
    else if (complete || isAnnounced) this.routes.delete(key);
    this.addresses.replace(before, this.routes.get(key), Date.now());
    this.changed();
  }

  async reload(): Promise<void> {
    const { redis, keys } = this;
    const [complete, entries] = await connected(redis).multi().exists(keys.complete).hGetAll(keys.routes).execTyped();
    const found = new Map<string, Route>();
    for (const [key, json] of Object.entries(entries)) {
      const route = this.#parse(json);
      if (route) found.set(key, route);
    }
    // Redis came back empty and the worker has not written everything yet: a missing route may still exist.
    this.routes = complete ? found : new Map([...this.routes, ...found]);
    this.isLoaded ||= Boolean(complete);
    this.loadedAt = Date.now();
    this.addresses.replaceAll(this.routes.values(), this.loadedAt);
    this.changed();
  }

  #parse(json: string | null | undefined): Route | undefined {
    if (!json) return undefined;
    try {
      return Route.parse(JSON.parse(json));
    } catch (error) {
      this.log.error({ err: error }, 'a published route is not valid; is the worker newer than this service?');
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
