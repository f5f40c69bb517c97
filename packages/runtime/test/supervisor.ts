import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@mcp-gateway/platform/logging';
import { processRuntime } from '../src/process/runtime.js';
import { logFile } from '../src/process/logs/files.js';
import { catalogue, startSupervisor, systemClock } from '../src/process/supervisor/index.js';
import type { SupervisorOptions } from '../src/process/supervisor/supervisor.js';
import type { Runtime, Workload } from '../src/index.js';

export const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));
const SHELL_PATH = '/usr/bin:/bin';

const silent = createLogger('test', 'silent');

/** Images of the tests: `server` runs server.mjs, `broken` ends at once. */
const images = catalogue(
  {
    server: { command: process.execPath, args: [SERVER], env: {} },
    broken: { command: '/bin/sh', args: ['-c', 'echo "out of luck"; exit 7'], env: {} },
  },
  undefined,
);

/** A folder for the test with a short path, because it holds sockets. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(await realpath(tmpdir()), 'mcpgw-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export function supervisorOptions(folder: string): SupervisorOptions {
  return {
    catalogue: images,
    clock: systemClock,
    log: silent,
    logRoot: join(folder, 'logs'),
    environment: { PATH: SHELL_PATH },
    drainMs: 300,
    startMs: 1_000_000_000, // clocks of tests run fast
    leaseMs: 30_000,
    stopGraceSeconds: 2,
  };
}

/** The log file of replica 0 of the adapter `echo`. */
export const logOf = (folder: string, { resourceId } = workload('echo')): string =>
  logFile(join(folder, 'logs'), { kind: 'adapter', name: 'echo', id: resourceId }, 0);

export interface TestRuntime {
  runtime: Runtime;
  socketPath: string;
  folder: string;
  close(): Promise<void>;
}

/** A real supervisor in this process, and a runtime that connects to its socket. */
export async function startProcessRuntime(more: Partial<SupervisorOptions> = {}): Promise<TestRuntime> {
  const folder = await temporaryFolder();
  const socketPath = join(folder.path, 'supervisor.sock');
  const supervisor = await startSupervisor(socketPath, { ...supervisorOptions(folder.path), ...more });
  const runtime = processRuntime(socketPath);
  return {
    runtime,
    socketPath,
    folder: folder.path,
    async close() {
      await supervisor.close();
      await runtime.close();
      await folder.remove();
    },
  };
}

export function workload(name: string, more: Partial<Workload> = {}): Workload {
  return {
    kind: 'adapter',
    name,
    resourceId: '9a0c7a2e-53bc-4b2c-9a5c-6f4a3f6f0b11',
    imageName: 'server',
    imageVersion: '1',
    environment: {},
    replicas: 1,
    port: 8000,
    path: '/mcp',
    healthPath: '/healthz',
    resources: {},
    ...more,
  };
}
