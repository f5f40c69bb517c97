import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { afterTests } from '../support/after-tests.js';
import { startGateway, type CatalogueFile, type Gateway } from '../support/gateway.js';
import { repository } from '../support/launch.js';
import { sharedRedis } from '../support/redis.js';
import { replicaProcesses } from '../support/replicas.js';
import { expectSameResults, RUN_MS } from './suite/expect-same.js';
import { startInjector } from './suite/injector.js';
import { SERVERS } from './suite/servers.js';
import { printTables, type Comparison } from './suite/table.js';

const entry = (server: string): CatalogueFile[string] => ({
  command: process.execPath,
  args: [repository(`test/conformance/servers/${server}/main.ts`)],
});
const WAYS = ['gateway', 'gateway, 3 replicas', 'gateway with sign-in'];

let gateway: Gateway;
const comparisons: Comparison[] = [];
beforeAll(async () => {
  gateway = await startGateway({ catalogue: { legacy: entry('legacy'), 'both-eras': entry('both-eras') } });
}, RUN_MS);
afterAll(() => printTables(comparisons));

describe.each(SERVERS)('the $server server', ({ server, revisions }) => {
  const urls = new Map<string, string>();

  beforeAll(async () => {
    const redis = await sharedRedis();
    const create = async (name: string, replicaCount: number, as?: Record<string, string>) => {
      const spec = { name, imageName: server, imageVersion: '1', replicaCount };
      // Subscriptions of the modern era receive changes from any replica.
      const environmentVariables = { REDIS_URL: redis.url };
      const { status } = await gateway.api.request('POST', '', { ...spec, environmentVariables }, as);
      expect(status).toBe(201);
      await gateway.api.ready(name);
      return gateway.api.mcp(name);
    };
    const alice = { 'x-dev-userid': 'alice' };
    urls.set('gateway', await create(server, 1));
    urls.set('gateway, 3 replicas', await create(`${server}-3`, 3));
    const ofAlice = new URL(await create(`${server}-alice`, 1, alice));
    const injector = await startInjector(ofAlice.origin, alice);
    afterTests(injector.close);
    urls.set('gateway with sign-in', injector.url + ofAlice.pathname);
    const [replica] = replicaProcesses(gateway, server);
    urls.set('direct', `http://127.0.0.1:${replica?.environment['PORT']}/mcp`);
  }, RUN_MS);

  it('requires sign-in where the way has it', async () => {
    const { status } = await fetch(gateway.api.mcp(`${server}-alice`), { method: 'DELETE' });
    expect(status).toBe(404);
  });

  expectSameResults({ server, revisions, ways: WAYS, urlOf: (way) => urls.get(way) as string, comparisons });
});
