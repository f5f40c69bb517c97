import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGateway, type CatalogueFile, type Gateway } from '../support/gateway.js';
import { everythingEntry } from '../support/everything.js';
import { repository } from '../support/launch.js';
import { replicaProcesses } from '../support/replicas.js';
import { waitFor } from '../support/wait.js';
import { clientPrograms, tryAll, type ClientProgram } from './clients.js';
import { pythonEnvironment } from './environments.js';
import type { Outcomes, Profile } from './features.js';
import * as profiles from './profiles.ts';
import { differences, reasons, tables, type Cell } from './table.js';

const SET_UP_MS = 600_000;
const START_MS = 60_000;
const RUN_MS = 400_000;
const node = (file: string) => ({ command: process.execPath, args: [repository(file)] });

interface ServerUnderTest {
  server: string;
  image: string;
  profile: Profile;
  /** The paths of its MCP endpoint, on the server and below the adapter's URL. */
  resource: 'mcp' | 'sse';
}

const SERVERS: ServerUnderTest[] = [
  { server: 'SDK 1', image: 'legacy', profile: profiles.legacy, resource: 'mcp' },
  { server: 'SDK 2', image: 'both-eras', profile: profiles.bothEras, resource: 'mcp' },
  { server: 'FastMCP', image: 'fastmcp', profile: profiles.fastmcp, resource: 'mcp' },
  { server: 'server-everything', image: 'everything', profile: profiles.everything, resource: 'mcp' },
  { server: 'server-everything, HTTP+SSE', image: 'everything-sse', profile: profiles.everything, resource: 'sse' },
];
const CLIENTS = [
  'SDK 1',
  ...['SDK 2', 'Inspector', 'mcp', 'fastmcp'].flatMap((client) => [client, `${client} (auto)`]),
];

let gateway: Gateway;
let clients: ClientProgram[];
const cells: Cell[] = [];
beforeAll(async () => {
  clients = await clientPrograms();
  const args = everythingEntry.args ?? [];
  const catalogue: CatalogueFile = {
    legacy: node('test/conformance/servers/legacy/main.ts'),
    'both-eras': node('test/conformance/servers/both-eras/main.ts'),
    fastmcp: { command: await pythonEnvironment(), args: [repository('test/interoperability/python/server.py')] },
    everything: everythingEntry,
    'everything-sse': { ...everythingEntry, args: [...args.slice(0, -1), 'sse'] },
  };
  gateway = await startGateway({ catalogue });
}, SET_UP_MS);
afterAll(() => {
  const title = 'Interoperability, directly and through the gateway';
  process.stdout.write(`\n${title}\n\n${tables(cells)}\n\n– because:\n${reasons(cells)}\n\n`);
});

describe.each(SERVERS)('$server', ({ server, image, profile, resource }) => {
  let directUrl: string;
  let gatewayUrl: string;
  beforeAll(async () => {
    // Two replicas of a kind, because a server counts the cancelled calls, and notifies all subscribers of a change.
    const urls = await Promise.all([`${image}-alone`, image].map((name) => start(name, image, resource)));
    gatewayUrl = urls[1] as string;
    const [replica] = replicaProcesses(gateway, `${image}-alone`);
    directUrl = `http://127.0.0.1:${replica?.environment['PORT']}/${resource}`;
  }, SET_UP_MS);

  it.each(CLIENTS)(
    'has the same results through the gateway as directly, with %s',
    async (client) => {
      const program = clients.find(({ name }) => name === client) as ClientProgram;
      const ways = [directUrl, gatewayUrl].map((url) => tryAll(program, url, profile));
      const [direct, through] = (await Promise.all(ways)) as [Outcomes, Outcomes];
      const cell = { client, server, direct, through };
      cells.push(cell);
      expect(differences(cell)).toEqual([]);
      expect(direct.tools.result).toBe('works');
      expect(Object.values(direct).filter(({ result }) => result === 'fails')).toEqual([]);
    },
    RUN_MS,
  );
});

async function start(name: string, image: string, resource: string): Promise<string> {
  await gateway.api.create({ name, imageName: image, imageVersion: '1' });
  const url = gateway.api.mcp(name).replace(/mcp$/, resource);
  await waitFor(`${name} to answer`, () => answers(url), START_MS);
  return url;
}

it('has the results that docs/interoperability.md lists', async () => {
  const document = await readFile(repository('docs/interoperability.md'), 'utf8');
  for (const table of tables(cells).split('\n\n')) expect(document).toContain(table);
});

/** Whether a server answers: one that refuses the request answers so, where the gateway would answer 404 or 503. */
async function answers(url: string): Promise<boolean> {
  const leave = new AbortController();
  const { status } = await fetch(url, { headers: { accept: 'text/event-stream' }, signal: leave.signal });
  leave.abort();
  return status !== 404 && status < 500;
}
