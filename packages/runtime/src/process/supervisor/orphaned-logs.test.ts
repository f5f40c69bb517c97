import { adapter } from '../../../test/refs.js';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { logOf, supervisorOptions, temporaryFolder, workload } from '../../../test/supervisor.js';
import { eventually } from '../../../test/wait.js';
import { ABSENT } from '../../runtime.js';
import { Supervisor } from './supervisor.js';
import { desiredWorkload } from '../../workload.js';

const BOBS = 'f3b9a0ce-8a43-4d0e-9b9e-0a6d7a1c5e42';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let supervisor: Supervisor;
beforeEach(async () => {
  folder = await temporaryFolder();
  supervisor = new Supervisor(supervisorOptions(folder.path));
});
afterEach(async () => {
  await supervisor.close();
  await folder.remove();
});

const isReady = () =>
  eventually(() =>
    expect(supervisor.observe(adapter('echo')).replicas).toEqual([expect.objectContaining({ state: 'Ready' })]),
  );
/** Runs `echo`, and starts the supervisor anew, which knows no workloads. */
async function leaveLogs(): Promise<void> {
  supervisor.apply(desiredWorkload(workload('echo')));
  await isReady();
  await supervisor.close();
  supervisor = new Supervisor(supervisorOptions(folder.path));
}

it('logs of a workload that the supervisor does not run are observed with their owner, and can be removed', async () => {
  await leaveLogs();
  expect(supervisor.list()).toEqual([adapter('echo')]);
  const { resourceId } = workload('echo');
  expect(supervisor.observe(adapter('echo'))).toEqual({ ...ABSENT, exists: true, resourceId });
  const changed: string[] = [];
  supervisor.watch(({ name }) => changed.push(name));
  await supervisor.remove(adapter('echo'));
  expect(changed).toEqual(['echo']); // so that the worker goes on
  expect(supervisor.observe(adapter('echo'))).toEqual(ABSENT);
  expect(supervisor.list()).toEqual([]);
  expect(await readdir(join(folder.path, 'logs'))).toEqual([]);
});

it('logs of a workload that is applied again are continued', async () => {
  await leaveLogs();
  supervisor.apply(desiredWorkload(workload('echo')));
  await isReady();
  expect(await readFile(logOf(folder.path), 'utf8')).toMatch(/listens\n.*listens\n$/s);
});

it.each(['runs', 'has left logs'])('an adapter gets nothing of an earlier one that %s', async (how) => {
  const bobs = workload('echo', { resourceId: BOBS, environment: { VERSION: 'of bob' } });
  if (how === 'runs') {
    supervisor.apply(desiredWorkload(workload('echo')));
    await isReady();
  } else await leaveLogs();
  await eventually(() => {
    supervisor.apply(desiredWorkload(bobs)); // as a reconcile does, until it is so
    expect(supervisor.observe(adapter('echo')).resourceId).toBe(BOBS);
  });
  await isReady();
  expect(existsSync(logOf(folder.path))).toBe(false);
  expect(await readFile(logOf(folder.path, bobs), 'utf8')).toBe('version of bob listens\n');
});

it('other files in the folder of logs are left alone', async () => {
  const root = join(folder.path, 'logs');
  for (const name of ['echo', 'echo.d', 'postgres.log']) await mkdir(join(root, name), { recursive: true });
  expect(supervisor.list()).toEqual([]);
  supervisor.apply(desiredWorkload(workload('echo')));
  await supervisor.remove(adapter('echo'));
  expect((await readdir(root)).toSorted()).toEqual(['echo', 'echo.d', 'postgres.log']);
});
