// Measures how long a new user waits: clean clone → `npm start` → first tool call, and again with everything installed.
// Two independent clients make the calls: the MCP SDK's, and the command line of the MCP Inspector.
//
//   node bench/start/main.mjs            prints the times
//   node bench/start/main.mjs --check    also closes with "N passed, N failed", for CI
//
// The run shares nothing with this checkout or the user's caches, so the first start downloads everything.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0';
const START_MS = 600_000;
const INSPECTOR_MS = 180_000;

const repository = fileURLToPath(new URL('../..', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'mcp gateway start-'));
const clone = join(place, 'clone');
const environment = {
  ...process.env,
  HOME: join(place, 'home'),
  npm_config_cache: join(place, 'npm-cache'),
  npm_config_userconfig: process.env.npm_config_userconfig ?? join(homedir(), '.npmrc'),
  PORT: '0',
};

async function start() {
  const began = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const deadline = Date.now() + START_MS;
  for (;;) {
    const url = /^ {2}(http:\/\/\S+\/mcp)$/m.exec(output)?.[1];
    if (url) return { child, url, began };
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`npm start gave no URL:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function callWithSdk(url) {
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const { content } = await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } });
  await client.close();
  if (content[0].text !== '5') throw new Error(`add(2, 3) answered ${content[0].text}`);
}

async function callWithInspector(url) {
  const args = ['-y', INSPECTOR, '--cli', url, '--transport', 'http', '--method', 'tools/call'];
  args.push('--tool-name', 'add', '--tool-arg', 'a=2', '--tool-arg', 'b=3');
  // The Inspector needs a current Node, which the clone installs.
  const env = { ...environment, PATH: `${join(clone, 'node_modules', '.bin')}:${environment.PATH}` };
  const { stdout } = await promisify(execFile)('npx', args, { env, cwd: place, timeout: INSPECTOR_MS });
  if (JSON.parse(stdout).content[0].text !== '5') throw new Error(`the Inspector printed ${stdout}`);
}

async function stop({ child }) {
  process.kill(-child.pid, 'SIGINT'); // like Ctrl-C: signals the whole foreground process group
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

const seconds = (began) => `${((performance.now() - began) / 1000).toFixed(1)} s`;
const results = [];
async function measure(what, run) {
  try {
    results.push({ what, took: await run() });
  } catch (error) {
    results.push({ what, failed: error.message });
  }
  const { took, failed } = results.at(-1);
  console.log(`${what.padEnd(62)} ${failed ? `FAILED: ${failed}` : took}`);
}

let gateway;
try {
  console.log(`${cpus().length} cores, ${cpus()[0].model}`);
  await measure('clean clone → first tool call, SDK client, nothing cached', async () => {
    const began = performance.now();
    execFileSync('git', ['clone', '--quiet', repository, clone]);
    gateway = await start();
    await callWithSdk(gateway.url);
    return seconds(began);
  });
  await measure('  a tool call by the MCP Inspector’s command line, with its install', async () => {
    const began = performance.now();
    await callWithInspector(gateway.url);
    return seconds(began);
  });
  await measure('npm start again → first tool call, SDK client', async () => {
    await stop(gateway);
    gateway = await start();
    await callWithSdk(gateway.url);
    return seconds(gateway.began);
  });
  await measure('  a tool call by the MCP Inspector’s command line, installed', async () => {
    const began = performance.now();
    await callWithInspector(gateway.url);
    return seconds(began);
  });
} finally {
  if (gateway) await stop(gateway).catch(() => {});
  rmSync(place, { recursive: true, force: true });
}
const failed = results.filter((result) => result.failed).length;
if (process.argv.includes('--check')) console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
