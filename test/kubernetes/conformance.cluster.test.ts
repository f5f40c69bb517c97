import { afterAll, beforeAll, describe } from '@jest/globals';
import { conformanceArchive } from '../cluster/images/conformance.mjs';
import { cluster } from '../cluster/support/cluster.js';
import { loadImage } from '../cluster/support/images.js';
import { freshNamespace } from '../cluster/support/namespace.js';
import { expectSameResults, RUN_MS } from '../conformance/suite/expect-same.js';
import { SERVERS } from '../conformance/suite/servers.js';
import { printTables, type Comparison } from '../conformance/suite/table.js';
import { sharedRedis } from '../support/redis.js';
import { tunnel } from '../support/tunnel.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const READY_MS = 90_000;
const LOOPBACK = '127.0.0.1';
const WAYS = { gateway: 1, 'gateway, 3 replicas': 3 };

const namespace = freshNamespace();
let gateway: ClusterGateway;
let redisUrl: string;
const comparisons: Comparison[] = [];
beforeAll(async () => {
  await loadImage(await conformanceArchive());
  const { outside } = cluster.instance;
  const redis = new URL((await sharedRedis()).url); // with its password
  redis.host = `${outside}:${await tunnel(outside, redis.host)}`;
  redisUrl = redis.href;
  gateway = await startClusterGateway(namespace.name);
}, RUN_MS);
afterAll(() => printTables(comparisons));

describe.each(SERVERS)('the $server server on pods', ({ server, revisions }) => {
  const urls = new Map<string, string>();

  beforeAll(async () => {
    for (const [way, replicaCount] of Object.entries(WAYS)) {
      const name = `${server}-${replicaCount}`;
      await gateway.api.create({
        name,
        imageName: 'conformance-servers',
        imageVersion: '1',
        replicaCount,
        preserveHost: true, // these servers accept the host localhost, which the client sends, and refuse a pod's address
        // Subscriptions of the modern era receive changes from any replica.
        environmentVariables: { SERVER: server, REDIS_URL: redisUrl },
      });
      await gateway.api.ready(name, READY_MS);
      urls.set(way, gateway.api.mcp(name));
    }
    // The suite tests DNS rebinding only on a server with an address of this machine.
    const [pod] = gateway.routed(`${server}-1`).map((url) => new URL(url).host);
    urls.set('direct', `http://${LOOPBACK}:${await tunnel(LOOPBACK, pod as string)}/mcp`);
  }, RUN_MS);

  expectSameResults({
    server,
    revisions,
    ways: Object.keys(WAYS),
    urlOf: (way) => urls.get(way) as string,
    comparisons,
  });
});
