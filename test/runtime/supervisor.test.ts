import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { desiredWorkload, Workload } from '@mcp-gateway/runtime';
import { processRuntime } from '@mcp-gateway/runtime/process';
import { afterTests, folder } from '../support/after-tests.js';
import { collect, repository } from '../support/launch.js';
import { survivors, family } from '../support/processes.js';
import { waitFor } from '../support/wait.js';

const PROGRAM = repository('packages/runtime/dist/process/supervisor/main.js');
const SERVER = repository('servers/mcp-example/dist/main.js');

/** The supervisor as a program of its own, as in a container. */
async function start(catalogue: unknown) {
  const home = await folder();
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    MCP_GATEWAY_CATALOGUE: join(home, 'catalogue.json'),
    PROCESS_SUPERVISOR: join(home, 'supervisor.sock'),
    PROCESS_LOGS: join(home, 'logs'),
  };
  await writeFile(env.MCP_GATEWAY_CATALOGUE, JSON.stringify(catalogue));
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  afterTests(() => child.kill('SIGKILL'));
  return { child, socket: env.PROCESS_SUPERVISOR, output: collect(child), exited: once(child, 'exit') };
}

describe('the supervisor as a program', () => {
  it('runs the commands of its catalogue for a worker that connects to its socket, and ends the replicas when it ends', async () => {
    const { child, socket, output, exited } = await start({ example: { command: process.execPath, args: [SERVER] } });
    await waitFor('the supervisor to listen', () => output().includes('process supervisor listens'));
    const runtime = processRuntime(socket);
    afterTests(() => runtime.close());
    const workload = {
      kind: 'adapter',
      name: 'one',
      resourceId: 'a',
      imageName: 'example',
      imageVersion: '1',
      replicas: 1,
    };
    await runtime.apply(
      desiredWorkload(
        Workload.parse({ ...workload, environment: {}, port: 8000, path: '/mcp', healthPath: '/healthz' }),
      ),
    );
    await waitFor(
      'the replica',
      async () => (await runtime.observe({ kind: 'adapter', name: 'one' })).replicas[0]?.state === 'Ready',
    );

    const before = family(child.pid as number);
    expect(before.length).toBeGreaterThan(1);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(survivors(before)).toEqual([]);
  });

  it('reports what is wrong with its catalogue instead of starting', async () => {
    const { output, exited } = await start({ example: { cmd: 'node' } });
    expect(await exited).toEqual([1, null]);
    expect(output()).toMatch(/^The catalogue .* \(MCP_GATEWAY_CATALOGUE\) cannot be used: .*command/);
    expect(output()).not.toContain('    at ');
  });
});
