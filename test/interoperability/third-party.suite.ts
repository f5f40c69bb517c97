import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { folder } from '../support/after-tests.js';
import { callText, connect } from '../support/clients.js';
import { startGateway, type CatalogueFile, type Gateway } from '../support/gateway.js';
import { repository } from '../support/launch.js';
import { installed } from './environments.js';
import { entryOf, FILES, rowOf, THIRD_PARTY } from './third-party.js';

const SET_UP_MS = 1_200_000;
const READY_MS = 120_000;

let gateway: Gateway;
beforeAll(async () => {
  const home = await folder();
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(home, name), text);
  const commandOf = await installed(THIRD_PARTY);
  const entries = THIRD_PARTY.map((each) => [each.name, entryOf(each, commandOf(each), home)] as const);
  const catalogue: CatalogueFile = Object.fromEntries(entries);
  gateway = await startGateway({ home, catalogue });
  for (const { name } of THIRD_PARTY) await gateway.api.create({ name, imageName: name, imageVersion: '1' });
}, SET_UP_MS);

describe('a third-party server, started as its README says', () => {
  it.each(THIRD_PARTY)(
    'becomes ready behind the gateway, lists its tools and runs one: $package',
    async ({ name, call }) => {
      await gateway.api.ready(name, READY_MS);
      const session = await connect(gateway.api.mcp(name));
      const { tools } = await session.client.listTools();
      expect(tools.length).toBeGreaterThan(0);
      expect(call ? await callText(session, call.tool, call.args) : '').toContain(call?.text ?? '');
    },
    READY_MS + 60_000,
  );
});

it('is listed in docs/interoperability.md, with its version and its start command', async () => {
  const document = await readFile(repository('docs/interoperability.md'), 'utf8');
  const lines = document.split('\n').map((line) => line.replaceAll(/ +/g, ' '));
  for (const each of THIRD_PARTY) expect(lines).toContain(rowOf(each));
});
