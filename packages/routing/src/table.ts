import { resourceKey, Route, type Endpoint, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import { connected, subscription, type RedisClient } from '@mcp-gateway/platform/redis';
import { ALL_ROUTES, refIn, routeKeys } from './keys.js';
import { ReplicaAddresses } from './replica-addresses.js';

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
  let table = new Map<string, Route>();
  let loaded = false;
  let loadedAt: number | undefined;
  const addresses = new ReplicaAddresses();
  const changed = () => listeners.forEach((listener) => listener());

  /** A route that is missing after its change was announced was withdrawn. */
  async function read(ref: ResourceRef, { isAnnounced }: { isAnnounced: boolean }) {
    const key = resourceKey(ref);
    const [complete, json] = await connected(redis).multi().exists(keys.complete).hGet(keys.routes, key).execTyped();
    const route = parse(json);
    const before = table.get(key);
    if (route) table.set(key, route);
    else if (complete || isAnnounced) table.delete(key);
    addresses.replace(before, table.get(key), Date.now());
    changed();
  }

  async function reload() {
    const [complete, entries] = await connected(redis).multi().exists(keys.complete).hGetAll(keys.routes).execTyped();
    const found = new Map<string, Route>();
    for (const [key, json] of Object.entries(entries)) {
      const route = parse(json);
      if (route) found.set(key, route);
    }
    // Redis came back empty and the worker has not written everything yet: a missing route may still exist.
    table = complete ? found : new Map([...table, ...found]);
    loaded ||= Boolean(complete);
    loadedAt = Date.now();
    addresses.replaceAll(table.values(), loadedAt);
    changed();
  }

  function parse(json: string | null | undefined): Route | undefined {
    if (!json) return undefined;
    try {
      return Route.parse(JSON.parse(json));
    } catch (error) {
      log.error({ err: error }, 'a published route is not valid; is the worker newer than this service?');
      return undefined;
    }
  }

  const attempt = (work: Promise<void>) => work.catch((error: unknown) => log.debug({ err: error }, 'routes not read'));
  const hear = (text: string) => {
    if (text === ALL_ROUTES) return void attempt(reload());
    const ref = refIn(text);
    if (ref) void attempt(read(ref, { isAnnounced: true }));
  };
  const changes = subscription(redis, { [keys.changed]: hear }, () => void attempt(reload()));
  const onReady = () => void attempt(reload());
  redis.on('ready', onReady);
  const timer = setInterval(() => void attempt(reload()), reloadEveryMs);

  return {
    get: (ref) => table.get(resourceKey(ref)),
    refresh: (ref) => read(ref, { isAnnounced: false }),
    isLoaded: () => loaded,
    loadedAt: () => loadedAt,
    onChange: (listener) => void listeners.push(listener),
    all: () => table.values(),
    resourceAt: (address) => addresses.resourceAt(address, Date.now()),
    *endpoints() {
      for (const route of table.values()) yield* route.endpoints;
    },
    async close() {
      clearInterval(timer);
      redis.off('ready', onReady);
      changes.close();
    },
  };
}
