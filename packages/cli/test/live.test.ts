import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { folder } from '../../../test/support/after-tests.js';
import { startGateway, type Gateway } from '../../../test/support/gateway.js';
import { repository } from '../../../test/support/launch.js';
import { mcpGateway, type RunOptions } from './support/run.js';

jest.setTimeout(180_000); // on a busy machine
const run = promisify(execFile);

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});

const line = (text: string, options?: RunOptions) =>
  mcpGateway(['--gateway', gateway.url, ...text.split(' ')], options);

describe('with a gateway, the command line', () => {
  it('waits for a server, and calls its tools', async () => {
    expect(await line('wait mcp-example --for ready --within 60s')).toMatchObject({ exit: 0 });
    const tools = await line('call mcp-example');
    expect(tools.out).toMatch(/^TOOL +ARGUMENTS +DESCRIPTION\n/);
    expect(tools.out).toMatch(/^add +a b /m);
    expect(await line('call mcp-example add a=2 b=40')).toMatchObject({ exit: 0, out: '42\n' });
    expect(await line('call mcp-example add a=2')).toMatchObject({
      exit: 2,
      err: 'error: add needs more arguments: b=…\n',
    });
    expect(await line('call mcp-example nothing')).toMatchObject({ exit: 4 });
    expect(JSON.parse((await line('call mcp-example echo text=hello -o json')).out)).toMatchObject({
      content: [{ type: 'text' }],
    });
  });

  it('asks for missing arguments on a terminal', async () => {
    const { exit, out } = await line('call mcp-example add a=2', { isTTY: true, input: '40\n' });
    expect({ exit, out }).toEqual({ exit: 0, out: '42\n' });
  });

  it('reads the log of a replica', async () => {
    const { exit, out } = await line('logs mcp-example --tail 5');
    expect(exit).toBe(0);
    expect(out).toMatch(/\w/);
  });

  it('finds nothing wrong', async () => {
    const { exit, out } = await line('doctor --call mcp-example');
    expect(out).toMatch(
      /^ok +reachability: .* answers\nok +clock: .*\nok +versions: .*\nok +sign-in: .*\nok +a request of MCP: mcp-example lists \d+ tools\n$/,
    );
    expect(exit).toBe(0);
    expect(await mcpGateway(['doctor', '--gateway', 'http://127.0.0.1:2'])).toMatchObject({
      exit: 1,
      out: expect.stringMatching(/^failed +reachability: .*\nskipped +clock/),
    });
  });

  it('installs from its tarball, without dependencies, and works alone', async () => {
    const home = await folder();
    const prefix = join(home, 'prefix');
    await mkdir(prefix);
    const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home };
    const { stdout: tarball } = await run('npm', ['pack', '--silent', '--pack-destination', home], {
      cwd: repository('packages/cli'),
      env,
    });
    await run(
      'npm',
      ['install', '-g', '--offline', '--no-audit', '--no-fund', '--prefix', prefix, join(home, tarball.trim())],
      { cwd: home, env },
    );
    const command = join(prefix, 'bin', 'mcp-gateway');
    expect((await run(command, ['--version'], { env })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const called = await run(command, ['--gateway', gateway.url, 'call', 'mcp-example', 'add', 'a=2', 'b=40'], { env });
    expect(called.stdout).toBe('42\n');
  });
});
