import { setTimeout as delay } from 'node:timers/promises';
import { createCluster, type createClient } from 'redis';
import { withTimeout } from '../concurrency.js';

/**
 * The client of the services, for a single server and for a cluster. `isReady`: commands can be sent now; in a cluster, to every
 * master. `ready` is emitted each time that this begins.
 */
export type RedisClient = ReturnType<typeof createClient>;

type Cluster = ReturnType<typeof createCluster>;
type NodeOptions = NonNullable<Parameters<typeof createCluster>[0]['defaults']>;

/** Discovery waits for every master that it finds, and one of them may not answer. */
const DISCOVERY_MS = 5_000;
const RETRY_MS = 500;
/** How soon after a connection broke the client looks up which node has its slots now. */
const REFRESH_MS = 500;

/**
 * A client of a Redis Cluster with the interface and the events of the client of a single server. It finds all nodes from any of
 * these URLs. User, password and TLS are those of the first URL, for all nodes.
 */
export function clusterClient(urls: readonly string[], options: NodeOptions): RedisClient {
  const cluster = createCluster({
    rootNodes: urls.map((url) => ({ url })),
    defaults: { ...options, ...credentialsIn(urls[0] ?? '', options) },
    topologyRefreshOnReconnectionAttemptStrategy: REFRESH_MS,
  });
  return asClient(cluster as unknown as Cluster, (more) => clusterClient(urls, { ...options, ...more }));
}

/** Nodes are found by their addresses, which the certificate of the service does not cover: hence `servername`. */
function credentialsIn(url: string, { socket }: NodeOptions): NodeOptions {
  const { protocol, hostname, username, password } = new URL(url);
  const tls = { ...socket, tls: true, servername: hostname } as NonNullable<NodeOptions['socket']>;
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { socket: tls }),
  };
}

/**
 * node-redis has other events for a cluster than for a client, connects a cluster only if that succeeds at once, and calls it ready
 * whatever becomes of its nodes.
 */
function asClient(cluster: Cluster, duplicate: (options: NodeOptions) => RedisClient): RedisClient {
  const { _slots: slots } = cluster;
  const discover = cluster.connect.bind(cluster);
  let isWanted = false;
  let wasReady = false;
  let refreshing: NodeJS.Timeout | undefined;

  const isReady = () =>
    slots.isOpen && slots.masters.length > 0 && slots.masters.every(({ client }) => client?.isReady === true);

  function check() {
    const isNow = isReady();
    if (isNow === wasReady) return;
    wasReady = isNow;
    if (isNow) cluster.emit('ready');
  }

  /** A node that has never been ready does not make node-redis look for its successor. */
  function refresh() {
    if (!slots.isOpen || (isReady() && hasAllSlots(slots))) return;
    void slots.rediscover(undefined).then(check, () => {});
  }

  async function connect() {
    isWanted = true;
    clearInterval(refreshing);
    refreshing = setInterval(refresh, DISCOVERY_MS).unref();
    while (isWanted) {
      const isFound = await withTimeout(discover(), DISCOVERY_MS).then(
        () => true,
        () => false,
      );
      if (isFound && isWanted) break;
      slots.destroy(); // also what a discovery has connected that ended after `destroy`
      if (isWanted) await delay(RETRY_MS);
    }
    check();
    return cluster;
  }

  for (const event of ['node-ready', 'node-reconnecting', 'node-disconnect']) cluster.on(event, check);
  cluster.on('node-error', (error: Error) => {
    check();
    cluster.emit('error', error);
  });
  const ending = (end: () => unknown) => ({
    value() {
      isWanted = false;
      wasReady = false;
      clearInterval(refreshing);
      return end();
    },
  });
  return Object.defineProperties(cluster, {
    isCluster: { value: true },
    isOpen: { get: () => isWanted },
    isReady: { get: isReady },
    connect: { value: connect },
    duplicate: { value: (options: NodeOptions = {}) => duplicate(options) },
    quit: ending(() => slots.close()),
    close: ending(() => slots.close()),
    destroy: ending(() => slots.destroy()),
  }) as unknown as RedisClient;
}

/** A discovery while a replica takes over misses the slots of the failed master, and node-redis would never look again. */
const hasAllSlots = ({ slots }: Cluster['_slots']): boolean => !slots.includes(undefined as never);

export const isCluster = (redis: RedisClient): boolean => 'isCluster' in redis;
