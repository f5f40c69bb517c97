import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CatalogueFile, type Gateway, startGateway } from '../support/gateway.js';
import { repository } from '../support/launch.js';
import { sharedRedis } from '../support/redis.js';
import { RUN_MS } from './suite/expect-same.js';
import { passes } from './suite/report.js';
import { runServerScenarios } from './suite/run.js';
import { type Comparison, printTables } from './suite/table.js';

/** A server as the only source of `/mcp`, and the scenarios that do not pass there, each with its reason. */
interface Cell {
  server: string;
  eras: 'legacy' | 'modern' | 'both';
  revision: string;
  scenarios: number;
  /** By scenario: why the tool router answers otherwise. */
  expected: Record<string, string>;
}

const CELLS: Cell[] = [
  { server: 'legacy', eras: 'legacy', revision: '2025-11-25', scenarios: 33, expected: {} },
  { server: 'both-eras', eras: 'both', revision: '2025-11-25', scenarios: 33, expected: {} },
  { server: 'both-eras', eras: 'both', revision: '2026-07-28', scenarios: 40, expected: {} },
  { server: 'legacy', eras: 'legacy', revision: '2026-07-28', scenarios: 40, expected: {} },
  { server: 'modern', eras: 'modern', revision: '2025-11-25', scenarios: 33, expected: {} },
];

const entry = (folder: string, env: Record<string, string> = {}): CatalogueFile[string] => ({
  command: process.execPath,
  args: [repository(`test/conformance/servers/${folder}/main.ts`)],
  env,
});
const CATALOGUE = {
  legacy: entry('legacy'),
  'both-eras': entry('both-eras'),
  modern: entry('both-eras', { ERAS: 'modern' }),
};

const comparisons: Comparison[] = [];
afterAll(() => printTables(comparisons));

describe.each([...new Set(CELLS.map(({ server }) => server))])('/mcp with the %s server as its source', (server) => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({ catalogue: CATALOGUE });
    const { url: REDIS_URL } = await sharedRedis();
    const { status } = await fetch(`${gateway.url}/tools`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: server,
        imageName: server,
        imageVersion: '1',
        source: { type: 'mcp', prefix: '' },
        environmentVariables: { REDIS_URL },
      }),
    });
    expect(status).toBe(201);
  }, RUN_MS);

  it.each(CELLS.filter((cell) => cell.server === server))(
    'passes the scenarios of $revision but for those that are listed',
    async ({ eras, revision, scenarios, expected }) => {
      const report = await runServerScenarios(`${gateway.url}/mcp`, revision);
      comparisons.push({ revision, subject: `server of ${eras} eras`, runs: new Map([['/mcp', report]]) });
      const failed = [...report].filter(([, checks]) => !passes(checks)).map(([scenario]) => scenario);
      expect(failed.toSorted()).toEqual(Object.keys(expected).toSorted());
      expect(report.size).toBe(scenarios);
    },
    RUN_MS,
  );
});
