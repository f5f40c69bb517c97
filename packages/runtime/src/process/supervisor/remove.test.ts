import { adapter } from '../../../test/refs.js';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { supervisorOptions, temporaryFolder, workload } from '../../../test/supervisor.js';
import { ABSENT } from '../../runtime.js';
import { Supervisor } from './supervisor.js';
import { desiredWorkload } from '../../workload.js';

it('a workload whose logs cannot be removed is removed by the next call, and no other workload with it', async () => {
  const folder = await temporaryFolder();
  const options = supervisorOptions(folder.path);
  const supervisor = new Supervisor(options);
  try {
    supervisor.apply(desiredWorkload(workload('echo')));
    const aside = join(folder.path, 'aside');
    await rename(options.logRoot, aside).catch(() => {});
    await writeFile(options.logRoot, 'in the way');
    await supervisor.remove(adapter('echo'));
    expect(supervisor.observe(adapter('echo'))).toMatchObject({ removing: true });
    await rm(options.logRoot);
    await supervisor.remove(adapter('echo'));
    expect(supervisor.observe(adapter('echo'))).toEqual(ABSENT);
  } finally {
    await supervisor.close();
    await folder.remove();
  }
});
