import { Route, type Endpoint } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import { connected, subscription, type RedisClient } from '@mcp-gateway/platform/redis';
import { ALL_ROUTES, routeKeys } from './keys.js';
import { ReplicaAddresses } from './replica-addresses.js';

export interface RouteTable {
  get(name: string): Route | undefined;
  /** True once a complete set of routes has been read, and for ever after. */
  isLoaded(): boolean;
  /** When all of them were read last, in milliseconds since the epoch. */
  loadedAt(): number | undefined;
  /** Reads one route now, for a caller who has reason to think that the copy is behind. Rejects when Redis is away. */
  refresh(name: string): Promise<void>;
  /** Called after every change. */
  onChange(listener: () => void): void;
  endpoints(): Iterable<Endpoint>;
  all(): Iterable<Route>;
  /** The adapter that a replica with this address belongs to, or belonged to a few minutes ago. */
  adapterAt(address: string): string | undefined;
  close(): Promise<void>;
}

const RELOAD_EVERY_MS = 30_000;

/**
 * The copy of the routes in memory. Subscribes first and then loads, so nothing that changes in between is lost;
 * reloads on reconnect and on a timer; keeps the last table while Redis is away, or is back but empty.
 * Every read uses one connection, so answers arrive in the order in which they were asked for.
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

  /** Whoever was told of a change may take a route that is not there for one that was withdrawn. */
  async function read(name: string, { told }: { told: boolean }) {
    const [complete, json] = await connected(redis).multi().exists(keys.complete).hGet(keys.routes, name).execTyped();
    const route = parse(json);
    const before = table.get(name);
    if (route) table.set(name, route);
    else if (complete || told) table.delete(name);
    addresses.replace(before, table.get(name), Date.now());
    changed();
  }

  async function reload() {
    const [complete, entries] = await connected(redis).multi().exists(keys.complete).hGetAll(keys.routes).execTyped();
    const found = new Map<string, Route>();
    for (const [name, json] of Object.entries(entries)) {
      const route = parse(json);
      if (route) found.set(name, route);
    }
    // Redis came back empty and the worker has not written everything yet: what is missing may still exist.
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
  const told = (name: string) => void attempt(name === ALL_ROUTES ? reload() : read(name, { told: true }));
  const changes = subscription(redis, { [keys.changed]: told }, () => void attempt(reload()));
  redis.on('ready', () => void attempt(reload()));
  const timer = setInterval(() => void attempt(reload()), reloadEveryMs);

  return {
    get: (name) => table.get(name),
    refresh: (name) => read(name, { told: false }),
    isLoaded: () => loaded,
    loadedAt: () => loadedAt,
    onChange: (listener) => void listeners.push(listener),
    all: () => table.values(),
    adapterAt: (address) => addresses.adapterAt(address, Date.now()),
    *endpoints() {
      for (const route of table.values()) yield* route.endpoints;
    },
    async close() {
      clearInterval(timer);
      changes.close();
    },
  };
}
