import { adapter } from '../../../test/refs.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../test/clock.js';
import { supervisorOptions, temporaryFolder, workload } from '../../../test/supervisor.js';
import { eventually } from '../../../test/wait.js';
import { Supervisor } from './supervisor.js';
import { desiredWorkload } from '../../workload.js';

/** A hundred health checks. */
const START_MS = 10_000;
/** Of a clock that runs fast, enough for a server of the test to start. */
const AMPLE_MS = 100_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let clock: TestClock;
let supervisor: Supervisor;
beforeEach(async () => {
  folder = await temporaryFolder();
  clock = new TestClock();
});
const start = (startMs: number) => {
  supervisor = new Supervisor({ ...supervisorOptions(folder.path), clock, startMs });
};
afterEach(async () => {
  await supervisor.close();
  await folder.remove();
});

const replica = () => supervisor.observe(adapter('echo')).replicas[0];
const sick = () => workload('echo', { environment: { HEALTH: '500' } });
const isReady = () => eventually(() => expect(replica()).toMatchObject({ state: 'Ready' }));

describe('a replica that never passes its health check', () => {
  it('is restarted at each deadline, and says why', async () => {
    start(START_MS);
    clock.hold(2_000);
    const began = clock.now();
    supervisor.apply(desiredWorkload(sick()));
    await eventually(() => expect(replica()).toMatchObject({ state: 'BackOff', restartCount: 3 }));
    expect(clock.now() - began).toBeGreaterThanOrEqual(3 * START_MS);
    expect(replica()).toMatchObject({ endpoint: null, lastExitCode: 137 });
    expect(replica()?.message).toMatch(
      /^It did not pass its health check within 10 s of its start \(GET .healthz .+\), 3 times in a row; the next start is in 2 s\.$/,
    );
  });

  it('says during the restart why it was restarted', async () => {
    start(START_MS);
    supervisor.apply(desiredWorkload(sick()));
    const message = 'It was restarted because it was not ready within 10 s: GET /healthz answers 500';
    await eventually(() => expect(replica()).toMatchObject({ state: 'Starting', message }));
    expect(replica()?.restartCount).toBeGreaterThan(0);
  });
});

it('a replica that is ready in time stays, and one that ends by itself is not reported as late', async () => {
  start(AMPLE_MS);
  supervisor.apply(desiredWorkload(workload('echo')));
  await isReady();
  const [{ endpoint } = { endpoint: null }] = supervisor.observe(adapter('echo')).replicas;
  const ready = clock.now();
  await eventually(() => expect(clock.now() - ready).toBeGreaterThan(2 * AMPLE_MS));
  expect(replica()).toMatchObject({ state: 'Ready', restartCount: 0, endpoint });
  const release = clock.hold(0);
  await fetch(`${endpoint?.url}/exit?code=3`, { method: 'POST' });
  const message = 'It ended with exit code 3 and is being restarted.';
  await eventually(() => expect(replica()).toMatchObject({ state: 'BackOff', message }));
  release();
  await isReady();
});
