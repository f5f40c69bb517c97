import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, expect, it } from '@jest/globals';
import { afterTest } from '../support/clean-up.js';
import { repository } from '../support/launch.js';
import { becomesTrue } from '../support/wait.js';
import { alice, headersOf, modernClient, startRouter } from '../tool-router/support/router.js';
import { startInjector } from './suite/injector.js';
import { passes } from './suite/report.js';
import { runServerScenarios } from './suite/run.js';
import { type Comparison, printTables } from './suite/table.js';

const RUN_MS = 240_000;

/** The data plane in front of a router checks `Host` and `Origin`. */
const OF_DATA_PLANE = ['dns-rebinding-protection'];

/** The router sends no events again, so it closes no stream for a client to poll: servers only SHOULD (MCP 2025-11-25). */
const OF_RESUMPTION = ['server-sse-polling'];

/** The tools of the suite for these are those of modern servers: the suite looks for them by name. */
const WITHOUT_TOOLS = [
  'http-custom-header-server-validation',
  'input-required-result-basic-elicitation',
  'input-required-result-basic-list-roots',
  'input-required-result-basic-sampling',
  'input-required-result-capability-check',
  'input-required-result-multi-round',
  'input-required-result-multiple-input-requests',
  'input-required-result-non-tool-request',
  'input-required-result-request-state',
  'input-required-result-result-type',
  'input-required-result-tampered-state',
  'server-stateless',
];

/** In these, the tools of the suite ask as only legacy servers may; modern servers have other tools for it. */
const ASKED_LIKE_LEGACY = [
  'elicitation-sep1034-defaults',
  'elicitation-sep1330-enums',
  'tools-call-elicitation',
  'tools-call-sampling',
];
/** Which scenarios do not pass at a tool router, by the era of the client and of the server. */
const CELLS: [client: string, server: string, revision: string, failing: string[]][] = [
  ['modern', 'both-eras', '2026-07-28', OF_DATA_PLANE],
  ['legacy', 'legacy', '2025-11-25', [...OF_DATA_PLANE, ...OF_RESUMPTION]],
  ['legacy', 'legacy', '2025-06-18', []],
  ['legacy', 'both-eras', '2025-11-25', [...OF_DATA_PLANE, ...OF_RESUMPTION]],
  ['modern', 'legacy', '2026-07-28', [...OF_DATA_PLANE, ...WITHOUT_TOOLS]],
  ['legacy', 'modern', '2025-11-25', [...OF_DATA_PLANE, ...OF_RESUMPTION, ...ASKED_LIKE_LEGACY]],
];

/** Where clients find the server: among all tools, and at its own URL as an adapter with `bridge`. */
const URLS = { tools: '/mcp', adapter: '/adapters/suite/mcp' };
type Url = keyof typeof URLS;

/** Each bridge of eras is tried at both. */
const RUNS = CELLS.flatMap(([client, server, revision, failing]) => {
  const urls: Url[] = client === server || server === 'both-eras' ? ['tools'] : ['tools', 'adapter'];
  return urls.map((url): [string, string, string, Url, string[]] => [client, server, revision, url, failing]);
});

const comparisons: Comparison[] = [];
afterAll(() => printTables(comparisons));

it.each(RUNS)(
  'a %s client and the %s server behind a tool router, %s, at the URL of the %s',
  async (client, server, revision, url, failing) => {
    const router = await startRouter();
    const origin = await startSuiteServer(server);
    if (url === 'adapter') await router.publishAdapter('suite', origin, { bridge: true });
    else await router.publish('suite', { definition: { type: 'mcp', prefix: '' }, urls: [origin], path: '/mcp' });
    const atRouter = new URL(URLS[url], router.url).href;
    await becomesTrue('the tools', async () => {
      const { tools } = await (await modernClient(atRouter)).listTools(undefined, { cacheMode: 'refresh' });
      expect(tools.length).toBeGreaterThan(0);
    });
    const injector = await startInjector(new URL(router.url).origin, headersOf(alice));
    afterTest(injector.close);
    const report = await runServerScenarios(injector.url + URLS[url], revision);
    const subject = `${client} client, ${server} server`;
    const known = comparisons.find((each) => each.subject === subject && each.revision === revision);
    const { runs } = known ?? { runs: new Map<string, typeof report>() };
    runs.set(url === 'adapter' ? 'bridge' : 'tool router', report);
    if (!known) comparisons.push({ revision, subject, runs });
    const failed = [...report].filter(([, checks]) => !passes(checks)).map(([scenario]) => scenario);
    expect(failed.toSorted()).toEqual(failing.toSorted());
  },
  RUN_MS,
);

/**
 * @param server a folder of servers, or `modern`: the one of both eras without the legacy one
 * @returns its origin; the server ends with the test
 */
async function startSuiteServer(server: string): Promise<string> {
  const isModern = server === 'modern';
  const main = repository(`test/conformance/servers/${isModern ? 'both-eras' : server}/main.ts`);
  const env = { PORT: '0', ...(isModern && { ERAS: 'modern' }) };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  afterTest(() => child.kill());
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { port } = JSON.parse(line.toString().replace('listens on ', '')) as { port: number };
  return `http://127.0.0.1:${port}`;
}
