import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../support/gateway.js';
import { repository } from '../support/launch.js';
import { waitFor } from '../support/wait.js';
import { clientPrograms, tryAll, type ClientProgram } from './clients.js';
import { FEATURES, type Feature } from './features.js';
import { bothEras } from './profiles.ts';

const SET_UP_MS = 600_000;
const RUN_MS = 400_000;
const IMAGE = 'both-eras';

/** What works at the server and not at /mcp. docs/interoperability.md says why. */
const LEGACY: Feature[] = ['resumption'];
const WITHOUT: Record<string, Feature[]> = {
  'SDK 1': LEGACY,
  'SDK 2': LEGACY,
  'SDK 2 (auto)': [],
  Inspector: [],
  'Inspector (auto)': [],
  mcp: LEGACY,
  'mcp (auto)': [],
  fastmcp: LEGACY,
  'fastmcp (auto)': [],
};

let gateway: Gateway;
let clients: ClientProgram[];
const lines: string[] = [];
beforeAll(async () => {
  clients = await clientPrograms();
  const command = { command: process.execPath, args: [repository('test/conformance/servers/both-eras/main.ts')] };
  gateway = await startGateway({ catalogue: { [IMAGE]: command } });
  const spec = { name: 'suite', imageName: IMAGE, imageVersion: '1', source: { type: 'mcp', prefix: '' } };
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(spec) };
  const { status } = await fetch(`${gateway.url}/tools`, post);
  if (status !== 201) throw new Error(`POST /tools answered ${status}`);
  await waitFor('the server', async () => {
    const answer = await fetch(`${gateway.url}/tools/suite/status`);
    return ((await answer.json()) as { phase: string }).phase === 'Ready';
  });
}, SET_UP_MS);
afterAll(() => void process.stdout.write(`\nAt /mcp, with a server of both eras\n\n${lines.join('\n')}\n\n`));

it.each(Object.entries(WITHOUT))(
  'every feature works at /mcp but for those that are listed, with %s',
  async (name, without) => {
    const client = clients.find((each) => each.name === name) as ClientProgram;
    const outcomes = await tryAll(client, `${gateway.url}/mcp`, bothEras);
    const fails = FEATURES.filter((feature) => outcomes[feature].result === 'fails');
    lines.push(`${name}: ${FEATURES.map((feature) => `${feature} ${outcomes[feature].result}`).join(', ')}`);
    expect(outcomes.tools.result).toBe('works');
    expect(fails).toEqual(without);
  },
  RUN_MS,
);
