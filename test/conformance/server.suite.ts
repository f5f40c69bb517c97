import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { afterTests } from '../support/after-tests.js';
import { startGateway, type CatalogueFile, type Gateway } from '../support/gateway.js';
import { repository } from '../support/launch.js';
import { sharedRedis } from '../support/redis.js';
import { replicaProcesses } from '../support/replicas.js';
import { differences } from './suite/compare.js';
import { startInjector } from './suite/injector.js';
import { countPassed, type Report } from './suite/report.js';
import { runServerScenarios } from './suite/run.js';
import { printTables, type Comparison } from './suite/table.js';

const RUN_MS = 300_000;
const entry = (server: string): CatalogueFile[string] => ({
  command: process.execPath,
  args: [repository(`test/conformance/servers/${server}/main.ts`)],
});
/** How many scenarios of each revision there are; a server passes them all, or it is the server that is wrong. */
const SERVERS = [
  { server: 'legacy', revisions: { '2025-06-18': 27, '2025-11-25': 33 } },
  { server: 'both-eras', revisions: { '2025-06-18': 27, '2025-11-25': 33, '2026-07-28': 40 } },
];
const WAYS = ['gateway', 'gateway, 3 replicas', 'gateway with sign-in'];

let gateway: Gateway;
const comparisons: Comparison[] = [];
beforeAll(async () => {
  gateway = await startGateway({ catalogue: { legacy: entry('legacy'), 'both-eras': entry('both-eras') } });
}, RUN_MS);
afterAll(() => printTables(comparisons));

describe.each(SERVERS)('the $server server', ({ server, revisions }) => {
  const urls = new Map<string, string>();
  const runsOf = new Map<string, Map<string, Report>>();
  let directUrl: string;

  beforeAll(async () => {
    const redis = await sharedRedis();
    const create = async (name: string, replicaCount: number, as?: Record<string, string>) => {
      const spec = { name, imageName: server, imageVersion: '1', replicaCount };
      // Subscriptions of the modern era hear of changes on any replica.
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
    directUrl = `http://127.0.0.1:${replica?.environment['PORT']}/mcp`;
  }, RUN_MS);

  it.each(Object.entries(revisions))(
    'passes every scenario of %s directly',
    async (revision, scenarios) => {
      const direct = await runServerScenarios(directUrl, revision);
      const runs = new Map([['direct', direct]]);
      runsOf.set(revision, runs);
      comparisons.push({ revision, subject: `${server} server`, runs });
      expect(countPassed(direct)).toBe(scenarios);
      expect(direct.size).toBe(scenarios);
    },
    RUN_MS,
  );

  it('is behind sign-in where it should be', async () => {
    const { status } = await fetch(gateway.api.mcp(`${server}-alice`), { method: 'DELETE' });
    expect(status).toBe(404);
  });

  it.each(WAYS.flatMap((way) => Object.keys(revisions).map((revision) => [way, revision] as const)))(
    'gives the same results: %s, %s',
    async (way, revision) => {
      const runs = runsOf.get(revision) as Map<string, Report>;
      const through = await runServerScenarios(urls.get(way) as string, revision);
      runs.set(way, through);
      expect(differences(runs.get('direct') as Report, through)).toEqual([]);
    },
    RUN_MS,
  );
});
