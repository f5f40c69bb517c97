import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { folder } from '../../../test/support/after-tests.js';
import { signInAs } from '../../../test/support/browser.js';
import { startGateway, type Gateway } from '../../../test/support/gateway.js';
import { repository } from '../../../test/support/launch.js';
import { contextsFile } from '../src/frame/contexts-file.js';
import { runCommandLine } from '../src/program.js';

let gateway: Gateway;
let home: string;
let file: string;
beforeAll(async () => {
  gateway = await startGateway({ options: ['--auth', 'oidc'] });
  home = await folder();
  file = join(home, 'contexts.yaml');
}, 90_000);

async function run(...args: string[]) {
  const stream = () => Object.assign(new PassThrough(), { isTTY: false });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()] as const;
  stdin.end();
  const running = runCommandLine(args, {
    terminal: { stdin, stdout, stderr },
    variables: {},
    contexts: contextsFile(file),
    signal: new AbortController().signal,
    version: '0.1.0',
    home,
    browser: async (url) => void (await fetch(await signInAs('bob', new URL(url)))),
  }).finally(() => {
    stdout.end();
    stderr.end();
  });
  const [exit, out, err] = await Promise.all([running, text(stdout), text(stderr)]);
  return { exit, out, err };
}

describe('with a gateway that wants tokens', () => {
  it('says how to sign in', async () => {
    const refused = await run('--gateway', gateway.url, 'adapters', 'list');
    expect([refused.exit, refused.err]).toEqual([3, expect.stringContaining('mcp-gateway login')]);
  });

  it('signs in, keeps the login in a file of this user alone, and uses it', async () => {
    const login = await run('login', '--gateway', gateway.url, '--save-as', 'here');
    expect([login.exit, login.err]).toEqual([
      0,
      expect.stringContaining(`Bob is signed in to ${gateway.url} (context "here").`),
    ]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const listed = await run('adapters', 'list', '-o', 'name');
    expect([listed.exit, listed.out]).toEqual([0, 'adapter/mcp-example\n']);
    expect((await run('contexts', 'list', '-o', 'json')).out).not.toContain('accessToken');
  });

  it('writes a client its configuration, with which the client calls a tool', async () => {
    const installed = join(home, '.config/Claude/claude_desktop_config.json');
    const command = `"${process.execPath}" "${repository('packages/cli/dist/main.js')}"`;
    await mkdir(dirname(installed), { recursive: true });
    await writeFile(installed, '{\n  // mine\n  "theme": "dark"\n}\n');
    const shown = await run('clients', 'install', 'claude-desktop', 'mcp-example', '--command', command, '--dry-run');
    expect(shown.out).toContain('+    "mcp-example": {');
    expect(await readFile(installed, 'utf8')).not.toContain('mcp-example');
    expect((await run('clients', 'install', 'claude-desktop', 'mcp-example', '--command', command)).exit).toBe(0);
    const content = await readFile(installed, 'utf8');
    expect(content).toContain('// mine');

    const { mcpServers } = JSON.parse(content.replace('// mine', '')) as {
      mcpServers: Record<string, { command: string; args: string[] }>;
    };
    const entry = mcpServers['mcp-example'] as { command: string; args: string[] };
    const client = new Client({ name: 'test', version: '1' });
    // As an application starts it: without the variables of this process.
    const env = { HOME: home, MCP_GATEWAY_CONFIG: file };
    await client.connect(new StdioClientTransport({ ...entry, env, stderr: 'inherit' }));
    expect(JSON.stringify(await client.callTool({ name: 'whoami', arguments: {} }))).toContain('bob');
    await client.close();
  });

  it('signs out', async () => {
    expect((await run('logout')).err).toBe('The login of "here" is forgotten.\n');
    expect((await run('adapters', 'list')).exit).toBe(3);
    expect(await readFile(file, 'utf8')).not.toContain('Token');
  });
});
