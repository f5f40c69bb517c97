import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/platform/serving';
import { chromium, type Browser } from 'playwright-core';
import { inspectorProgram } from '../interoperability/environments.js';
import { afterTests, folder } from '../support/after-tests.js';
import { startGateway, type Gateway } from '../support/gateway.js';
import { collect } from '../support/launch.js';
import { waitFor } from '../support/wait.js';

const SET_UP_MS = 900_000;
const STEP_MS = 60_000;
const CHROMIUM = '/usr/bin/chromium';

let gateway: Gateway;
let inspector: string;
let browser: Browser;
beforeAll(async () => {
  await access(CHROMIUM).catch((cause: unknown) => {
    throw new Error(`${CHROMIUM} is missing (on Debian: apt-get install chromium)`, { cause });
  });
  gateway = await startGateway({ options: ['--auth', 'oidc'] });
  inspector = await startInspector(gateway.api.mcp('mcp-example'));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] }); // a sandbox of its own needs more rights
}, SET_UP_MS);
afterAll(() => browser?.close());

/** The MCP Inspector's web client, with one server. @returns its URL, with the token of the Inspector */
async function startInspector(mcp: string): Promise<string> {
  const home = await folder();
  const config = join(home, 'servers.json');
  await writeFile(config, JSON.stringify({ mcpServers: { gateway: { type: 'streamable-http', url: mcp } } }));
  const env = {
    PATH: process.env['PATH'],
    HOME: home, // where it keeps tokens
    MCP_INSPECTOR_SECRET_STORE: 'memory',
    MCP_AUTO_OPEN_ENABLED: 'false',
    CLIENT_PORT: String(await freePort()),
    MCP_SANDBOX_PORT: String(await freePort()),
  };
  const child = spawn(process.execPath, [await inspectorProgram(), '--web', '--config', config], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  afterTests(async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  });
  const output = collect(child);
  return waitFor(
    'the Inspector to print its URL',
    () => {
      if (child.exitCode !== null) throw new Error(`the Inspector ended: ${output()}`);
      return /(http:\/\/\S+INSPECTOR_API_TOKEN=\S+)/.exec(output())?.[1];
    },
    STEP_MS,
  );
}

it(
  'a person signs in with the MCP Inspector in a browser, and calls a tool',
  async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(STEP_MS);
    await page.goto(inspector);
    await page.getByRole('switch', { name: /Connect or disconnect/ }).click({ force: true });

    await page.getByRole('heading', { name: 'Sign in to MCP Gateway' }).waitFor();
    expect(await page.locator('body').textContent()).toContain('For development only.');
    await page.getByRole('button', { name: 'Bob' }).click();

    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByText('Tools', { exact: true }).first().click();
    await page.getByText('whoami').first().click();
    await page.getByRole('button', { name: 'Execute Tool' }).click();
    await page.getByText('"x-mcp-userid"').waitFor();
    const shown = (await page.locator('body').textContent()) ?? '';
    expect(shown).toMatch(/"x-mcp-userid":\s*"bob"/);
    expect(shown).toMatch(/"authorization":\s*false/);
  },
  4 * STEP_MS,
);
