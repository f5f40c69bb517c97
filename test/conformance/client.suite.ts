import { afterAll, describe, expect, it } from '@jest/globals';
import { startGateway } from '../data-plane/support/gateway.js';
import { routeTo } from '../data-plane/support/upstream.js';
import { afterTest } from '../support/clean-up.js';
import { repository } from '../support/launch.js';
import { differences } from './suite/compare.js';
import { startControl } from './suite/control.js';
import { countPassed } from './suite/report.js';
import { runClientScenario } from './suite/run.js';
import { printTables, type Comparison } from './suite/table.js';

const RUN_MS = 120_000;

/**
 * All scenarios except `auth/*`, in which a client and a server agree on a token. Behind a gateway that manages its servers, a
 * client signs in at the gateway, and no server sees its token.
 */
const CLIENTS = [
  { client: 'legacy', revision: '2025-06-18', scenarios: ['initialize', 'tools_call'] },
  {
    client: 'legacy',
    revision: '2025-11-25',
    scenarios: [
      'initialize',
      'tools_call',
      'elicitation-sep1034-client-defaults',
      'sse-retry',
      'json-schema-2020-12-preservation',
    ],
  },
  {
    client: 'modern',
    revision: '2026-07-28',
    scenarios: [
      'tools_call',
      'request-metadata',
      'sep-2322-client-request-state',
      'http-standard-headers',
      'http-custom-headers',
      'http-invalid-tool-headers',
      'json-schema-ref-no-deref',
      'json-schema-2020-12-preservation',
    ],
  },
];

const comparisons: Comparison[] = [];
afterAll(() => printTables(comparisons));

describe.each(CLIENTS)('the $client client, $revision', ({ client, revision, scenarios }) => {
  const runs = { direct: new Map(), gateway: new Map() };
  comparisons.push({ revision, subject: `${client} client`, runs: new Map(Object.entries(runs)) });

  it.each(scenarios)(
    'sends the same to the server: %s',
    async (scenario) => {
      const program = `${process.execPath} ${repository(`test/conformance/clients/${client}.ts`)}`;
      const direct = await runClientScenario(program, scenario, revision);
      const through = await runClientScenario(`${program} ${await controlOfGateway()}`, scenario, revision);
      runs.direct.set(scenario, direct.get(scenario));
      runs.gateway.set(scenario, through.get(scenario));
      expect(countPassed(direct)).toBe(1);
      expect(differences(direct, through)).toEqual([]);
    },
    RUN_MS,
  );
});

/** Puts a data plane in front of the server that each run of the suite starts. */
async function controlOfGateway(): Promise<string> {
  const gateway = await startGateway();
  const control = await startControl(async ({ origin, pathname }) => {
    const endpoint = { id: 'suite', url: origin, path: pathname, ready: true };
    await gateway.publish(routeTo(endpoint, { createdBy: 'dev' }));
    return `${gateway.url}/adapters/echo/mcp`;
  });
  afterTest(control.close);
  return control.url;
}
