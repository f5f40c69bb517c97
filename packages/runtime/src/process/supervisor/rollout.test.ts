import { adapter } from '../../../test/refs.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../test/clock.js';
import { ids, ready } from '../../../test/observed.js';
import { supervisorOptions, temporaryFolder, workload } from '../../../test/supervisor.js';
import { eventually } from '../../../test/wait.js';
import type { Observation } from '../../runtime.js';
import { desiredWorkload, revisionOf, type Workload } from '../../workload.js';
import { Supervisor } from './supervisor.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let supervisor: Supervisor;
beforeEach(async () => {
  folder = await temporaryFolder();
  supervisor = new Supervisor({ ...supervisorOptions(folder.path), clock: new TestClock() });
});
afterEach(async () => {
  await supervisor.close();
  await folder.remove();
});

const version = (name: string, more: Partial<Workload> = {}) =>
  workload('echo', { replicas: 2, environment: { VERSION: name }, ...more });
const broken = (name: string, more: Partial<Workload> = {}) =>
  version(name, { environment: { VERSION: name, HEALTH: '500' }, ...more });
const seen = () => supervisor.observe(adapter('echo'));
const of = (wanted: Workload, { replicas }: Observation = seen()) =>
  replicas.filter(({ revision, state }) => revision === revisionOf(wanted) && state !== 'Stopping');

async function converged(wanted: Workload): Promise<Observation> {
  await eventually(() => {
    expect(seen().replicas.map(({ state }) => state)).toEqual(Array<string>(wanted.replicas).fill('Ready'));
    expect(of(wanted)).toHaveLength(wanted.replicas);
  });
  return seen();
}
function applied(wanted: Workload): Promise<Observation> {
  supervisor.apply(desiredWorkload(wanted));
  return converged(wanted);
}
/** The observed state after each change. */
function record(): Observation[] {
  const observations: Observation[] = [];
  supervisor.watch(() => observations.push(seen()));
  return observations;
}

describe('a rollout', () => {
  it('replaces one replica at a time, and always has the desired number of ready ones', async () => {
    const [first, second] = [version('1', { replicas: 3 }), version('2', { replicas: 3 })];
    await applied(first);
    const observations = record();
    await applied(second);
    const starting = observations.map((each) => of(second, each).filter(({ state }) => state !== 'Ready').length);
    expect(Math.max(...starting)).toBe(1);
    expect(Math.min(...observations.map((each) => ready(each).length))).toBe(3);
  });

  it('replaces replicas that are not ready at once', async () => {
    supervisor.apply(desiredWorkload(broken('1')));
    await eventually(() => expect(of(broken('1')).map(({ message }) => message)).toContain('GET /healthz answers 500'));
    supervisor.apply(desiredWorkload(version('2')));
    expect(of(version('2'))).toHaveLength(2);
    expect(of(broken('1'))).toEqual([]);
    await converged(version('2'));
  });

  it('that gets stuck keeps every serving replica and one successor', async () => {
    const before = await applied(version('1'));
    supervisor.apply(desiredWorkload(broken('2')));
    await eventually(() => expect(of(broken('2'))[0]?.message).toBe('GET /healthz answers 500'));
    expect(of(broken('2'))).toHaveLength(1);
    expect(ids(seen())).toEqual(ids(before));
  });

  it('that gets stuck gives way to the next one', async () => {
    await applied(version('1'));
    supervisor.apply(desiredWorkload(broken('2')));
    await eventually(() => expect(of(broken('2'))[0]?.message).toBe('GET /healthz answers 500'));
    await applied(version('3'));
    expect(of(broken('2'))).toEqual([]);
  });

  it('reports a health note of the desired revision only', async () => {
    await applied(version('1', { healthPath: '/none' }));
    expect(seen().healthNote).toContain('GET /none answers 404');
    supervisor.apply(desiredWorkload(broken('2')));
    await eventually(() => expect(of(broken('2'))[0]?.message).toBe('GET /healthz answers 500'));
    expect(seen().healthNote).toBeNull();
    await applied(version('3', { healthPath: '/nothing' }));
    expect(seen().healthNote).toContain('GET /nothing answers 404');
  });

  it('keeps for each replica the path that it was started with', async () => {
    const paths = () => seen().replicas.map(({ revision, endpoint }) => `${revision} ${endpoint?.path}`);
    const [first, bad] = [version('1'), broken('2', { path: '/api/mcp' })];
    await applied(first);
    supervisor.apply(desiredWorkload(bad));
    await eventually(() => expect(of(bad)[0]?.endpoint).not.toBeNull());
    expect(paths().toSorted()).toEqual(
      [...Array<string>(2).fill(`${revisionOf(first)} /mcp`), `${revisionOf(bad)} /api/mcp`].toSorted(),
    );
  });

  it('that is reverted leaves the serving replicas as they were', async () => {
    const before = await applied(version('1'));
    supervisor.apply(desiredWorkload(broken('2')));
    await eventually(() => expect(of(broken('2'))).toHaveLength(1));
    const after = await applied(version('1'));
    expect(ids(after)).toEqual(ids(before));
  });

  it('may be scaled meanwhile', async () => {
    await applied(version('1'));
    supervisor.apply(desiredWorkload(version('2')));
    supervisor.apply(desiredWorkload(version('2', { replicas: 1 })));
    await converged(version('2', { replicas: 1 }));
    supervisor.apply(desiredWorkload(version('3', { replicas: 1 })));
    supervisor.apply(desiredWorkload(version('3', { replicas: 3 })));
    await converged(version('3', { replicas: 3 }));
  });
});
