import { adapter } from '../../../test/refs.js';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { supervisorOptions, temporaryFolder, workload } from '../../../test/supervisor.js';
import { eventually } from '../../../test/wait.js';
import { ABSENT } from '../../runtime.js';
import { Supervisor } from './supervisor.js';
import { desiredWorkload } from '../../workload.js';

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

it.each([0, 1, 2, 3, 5, 8])('removes a workload %i ms after it was applied', async (ms) => {
  supervisor.apply(desiredWorkload(workload('echo')));
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  await supervisor.remove(adapter('echo'));
  expect(supervisor.observe(adapter('echo'))).toEqual(ABSENT);
  await eventually(() => expect(1).toBe(1));
});
