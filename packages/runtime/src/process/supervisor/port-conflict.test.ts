import { adapter } from '../../../test/refs.js';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../test/clock.js';
import { SERVER, supervisorOptions, temporaryFolder, workload } from '../../../test/supervisor.js';
import { eventually } from '../../../test/wait.js';
import type { ObservedReplica } from '../../runtime.js';
import { catalogue, type Catalogue } from '../catalogue.js';
import { Supervisor } from './supervisor.js';
import { desiredWorkload } from '../../workload.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let clock: TestClock;
let supervisor: Supervisor;
let other: Server | undefined;
const start = (images?: Catalogue) => {
  supervisor = new Supervisor({ ...supervisorOptions(folder.path), clock, ...(images && { catalogue: images }) });
};
beforeEach(async () => {
  folder = await temporaryFolder();
  clock = new TestClock();
});
afterEach(async () => {
  other?.close();
  other?.closeAllConnections();
  await supervisor.close();
  await folder.remove();
});

const replica = () => supervisor.observe(adapter('echo')).replicas[0] as ObservedReplica;
const isReady = () => eventually(() => expect(replica()).toMatchObject({ state: 'Ready' }));

const onLinux = process.platform === 'linux' ? describe : describe.skip;
onLinux('a replica on whose port another program listens', () => {
  it('is not ready, says so, and is restarted with another port', async () => {
    const file = join(folder.path, 'port');
    const script = `if [ -e ${file} ]; then exec "$@"; fi; echo $PORT >${file}.new; mv ${file}.new ${file}; sleep 1000`;
    const args = ['-c', script, '-', process.execPath, SERVER];
    start(catalogue({ late: { command: '/bin/sh', args, env: {} } }, undefined));
    const release = clock.hold(0);
    supervisor.apply(desiredWorkload(workload('echo', { imageName: 'late' })));
    const port = Number(await eventually(() => readFile(file, 'utf8')));
    other = createServer((_req, res) => res.end('mine')).listen(port, '127.0.0.1');
    const states: string[] = [];
    supervisor.watch(() => states.push(replica().state));
    await eventually(() =>
      expect(replica()).toMatchObject({
        state: 'BackOff',
        endpoint: null,
        message: `Another program listens on its port, ${port}; it is being restarted with another port.`,
      }),
    );
    expect(states).not.toContain('Ready');
    release();
    await isReady();
    expect(new URL(replica().endpoint?.url ?? '').port).not.toBe(String(port));
  });

  it('gets another port after each end', async () => {
    start();
    const release = clock.hold(0);
    supervisor.apply(desiredWorkload(workload('echo')));
    await isReady();
    const port = Number(new URL(replica().endpoint?.url ?? '').port);
    await fetch(`${replica().endpoint?.url}/exit?code=3`, { method: 'POST', headers: { connection: 'close' } });
    await eventually(() => expect(replica().state).toBe('BackOff'));
    other = createServer((_req, res) => res.end('mine')).listen(port, '127.0.0.1');
    await once(other, 'listening');
    release();
    await isReady();
    expect(replica()).toMatchObject({ restartCount: 1 });
    expect(new URL(replica().endpoint?.url ?? '').port).not.toBe(String(port));
  });
});
