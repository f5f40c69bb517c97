import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { repository } from '../../../test/support/launch.js';

const run = promisify(execFile);

const bundled = repository('packages/cli/dist/bundle/mcp-gateway.mjs');
let home: string;

beforeAll(async () => {
  await run(process.execPath, [repository('packages/cli/bundle.mjs')]);
  home = await mkdtemp(join(os.tmpdir(), 'bundle-'));
});
afterAll(() => rm(home, { recursive: true }));

const command = (...args: string[]) =>
  run(process.execPath, [bundled, ...args, '--gateway', 'http://h'], { env: { HOME: home }, cwd: home });

it('works as one file without its packages', async () => {
  const { stdout } = await command('clients', 'print', 'codex', 'echo');
  expect(stdout).toContain('[mcp_servers.echo]\nurl = "http://h/adapters/echo/mcp"\n');
});

it.each([
  ['claude-code', [], '.claude.json'],
  ['claude-desktop', [], '.config/Claude/claude_desktop_config.json'],
  ['cursor', ['--file', 'mcp.json'], 'mcp.json'],
  ['codex', ['--project'], '.codex/config.toml'],
  ['vscode', [], '.config/Code/User/mcp.json'],
])('installs a server into %s', async (client, options, file) => {
  await command('clients', 'install', client, '/mcp', ...options);
  expect(await readFile(join(home, file), 'utf8')).toContain('http://h/mcp"');
});
