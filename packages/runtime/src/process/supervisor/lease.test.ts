import { adapter } from '../../../test/refs.js';
import { afterEach, expect, it } from '@jest/globals';
import { startProcessRuntime, workload, type TestRuntime } from '../../../test/supervisor.js';
import { eventually } from '../../../test/wait.js';
import type { WatchListener } from '../../runtime.js';
import { desiredWorkload } from '../../workload.js';

/** Nothing runs; the logs stay, which may say why. */
const ENDED = { exists: true, revision: null, replicas: [] };

const started: TestRuntime[] = [];
const watches: AbortController[] = [];
afterEach(async () => {
  for (const stop of watches.splice(0)) stop.abort();
  await Promise.all(started.splice(0).map((each) => each.close()));
});
async function start(leaseMs: number): Promise<TestRuntime> {
  const made = await startProcessRuntime({ leaseMs });
  started.push(made);
  return made;
}

/** Watches as a worker does; resolves when the watch has begun. */
async function watch({ runtime }: TestRuntime, changed: WatchListener['changed'] = () => {}): Promise<AbortController> {
  const stop = new AbortController();
  watches.push(stop);
  await new Promise<void>((resolve) => runtime.watch({ changed, synced: resolve }, stop.signal));
  return stop;
}
async function runEcho(under: TestRuntime): Promise<void> {
  await under.runtime.apply(desiredWorkload(workload('echo')));
  await eventually(async () => expect((await under.runtime.observe(adapter('echo'))).replicas[0]?.state).toBe('Ready'));
}

it('ends the replicas when no worker watches within the lease, and keeps them when one does', async () => {
  const [unwatched, watched] = await Promise.all([start(400), start(400)]);
  const workers = await Promise.all([watch(unwatched), watch(watched)]);
  await Promise.all([runEcho(unwatched), runEcho(watched)]);
  const before = await watched.runtime.observe(adapter('echo'));
  workers.forEach((worker) => worker.abort());
  const back = await watch(watched);
  await eventually(async () => expect(await unwatched.runtime.observe(adapter('echo'))).toMatchObject(ENDED));
  expect(await watched.runtime.observe(adapter('echo'))).toEqual(before);
  back.abort();
  await eventually(async () => expect(await watched.runtime.observe(adapter('echo'))).toMatchObject(ENDED));
});

it('keeps the replicas as long as one of several workers watches', async () => {
  const [unwatched, watched] = await Promise.all([start(200), start(200)]);
  const [first, second, other] = await Promise.all([watch(watched), watch(watched), watch(unwatched)]);
  await Promise.all([runEcho(unwatched), runEcho(watched)]);
  first.abort();
  other.abort();
  await eventually(async () => expect(await unwatched.runtime.observe(adapter('echo'))).toMatchObject(ENDED));
  expect((await watched.runtime.observe(adapter('echo'))).replicas[0]?.state).toBe('Ready');
  second.abort();
});

it('accepts workloads from a worker that connects later', async () => {
  const under = await start(100);
  const first = await watch(under);
  await runEcho(under);
  first.abort();
  await eventually(async () => expect(await under.runtime.observe(adapter('echo'))).toMatchObject(ENDED));
  const second = await watch(under);
  await runEcho(under);
  second.abort();
});
