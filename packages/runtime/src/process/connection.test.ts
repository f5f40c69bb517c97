import { adapter } from '../../test/refs.js';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { serverState } from '../../test/observed.js';
import { runModule, stillLiving } from '../../test/processes.js';
import { supervisorOptions, temporaryFolder, SERVER, workload } from '../../test/supervisor.js';
import { eventually } from '../../test/wait.js';
import { processRuntime } from './runtime.js';
import { startSupervisor, type RunningSupervisor } from './supervisor/index.js';
import { desiredWorkload } from '../workload.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let socketPath: string;
let runtime: ReturnType<typeof processRuntime>;
const running: RunningSupervisor[] = [];
let watching: AbortController;
beforeEach(async () => {
  folder = await temporaryFolder();
  socketPath = join(folder.path, 's', 'supervisor.sock');
  runtime = processRuntime(socketPath);
  watching = new AbortController();
});
afterEach(async () => {
  watching.abort();
  await Promise.all(running.splice(0).map((each) => each.close()));
  await runtime.close();
  await folder.remove();
});
async function start(): Promise<RunningSupervisor> {
  const supervisor = await startSupervisor(socketPath, supervisorOptions(folder.path));
  running.push(supervisor);
  return supervisor;
}

describe('a supervisor', () => {
  it('refuses a socket on which another supervisor listens', async () => {
    await start();
    await expect(start()).rejects.toThrow(`another supervisor listens on ${socketPath}`);
    expect(await runtime.list()).toEqual([]);
  });

  it('replaces a killed supervisor whose socket file still exists', async () => {
    const supervisor = await start();
    await supervisor.close();
    await writeFile(socketPath, '');
    await start();
    expect(await runtime.list()).toEqual([]);
  });

  it('ends its replicas when it is closed', async () => {
    const supervisor = await start();
    const pids = await serverPids();
    await supervisor.close();
    await eventually(() => expect(stillLiving(pids)).toEqual([]));
  });

  it('leaves no listener, timer or process in its own process when it is closed', async () => {
    const held = () =>
      process
        .getActiveResourcesInfo()
        .filter((each) => ['PipeWrap', 'PipeServerWrap', 'ProcessWrap', 'Timeout'].includes(each));
    const before = held().length;
    const supervisor = await start();
    runtime.watch({ changed: () => {}, synced: () => {} }, watching.signal);
    await serverPids();
    watching.abort();
    await supervisor.close();
    await eventually(() => expect(held().length).toBeLessThanOrEqual(before));
  });

  it('that is killed leaves no process behind, not even one that ignores every signal', async () => {
    const images = { server: { command: process.execPath, args: [SERVER], env: {} } };
    const options = { ...supervisorOptions(folder.path), stopGraceSeconds: 0.5 };
    const { child } = await runModule(`
      import { createLogger } from '@mcp-gateway/platform/logging';
      import { catalogue, startSupervisor, systemClock } from '@mcp-gateway/runtime/supervisor';
      await startSupervisor(${JSON.stringify(socketPath)}, {
        ...${JSON.stringify({ ...options, catalogue: null, clock: null, log: null })},
        catalogue: catalogue(${JSON.stringify(images)}, undefined),
        clock: systemClock,
        log: createLogger('supervisor', 'silent'),
      });
      console.log('runs');
    `);
    const pids = await serverPids({ IGNORE: 'SIGTERM,SIGINT,SIGHUP' });
    expect(stillLiving(pids)).toHaveLength(2);
    child.kill('SIGKILL');
    await eventually(() => expect(stillLiving(pids)).toEqual([]));
  });
});

describe('the runtime', () => {
  it('is unavailable while no supervisor answers, and works again when one does', async () => {
    const unavailable = { code: 'UNAVAILABLE', detail: 'the process supervisor does not answer' };
    const verbs = [
      () => runtime.observe(adapter('echo')),
      () => runtime.list(),
      () => runtime.apply(desiredWorkload(workload('echo'))),
      () => runtime.remove(adapter('echo')),
    ];
    for (const verb of verbs) await expect(verb()).rejects.toMatchObject(unavailable);
    await start();
    for (const verb of verbs) await expect(verb()).resolves.not.toThrow();
  });

  it('reports each new connection to the supervisor to its watchers', async () => {
    let synced = 0;
    runtime.watch({ changed: () => {}, synced: () => (synced += 1) }, watching.signal);
    for (const times of [1, 2]) {
      const supervisor = await start();
      await eventually(() => expect(synced).toBe(times));
      await supervisor.close();
    }
  });

  it('watches no more once it is closed', async () => {
    let synced = 0;
    const other = processRuntime(socketPath);
    other.watch({ changed: () => {}, synced: () => (synced += 1) }, watching.signal);
    const first = await start();
    await eventually(() => expect(synced).toBe(1));
    await other.close();
    await first.close();
    await start();
    const { promise: seen, resolve } = Promise.withResolvers<void>();
    runtime.watch({ changed: () => {}, synced: resolve }, watching.signal);
    await seen;
    expect(synced).toBe(1);
  });
});

/** Two replicas of the server, by the ids of their processes. */
async function serverPids(environment = {}): Promise<number[]> {
  await runtime.apply(desiredWorkload(workload('echo', { replicas: 2, environment })));
  return eventually(async () => {
    const { replicas } = await runtime.observe(adapter('echo'));
    expect(replicas.map(({ state }) => state)).toEqual(['Ready', 'Ready']);
    return Promise.all(replicas.map(async ({ endpoint }) => (await serverState(endpoint?.url ?? '')).pid));
  });
}
