/** @jest-environment <rootDir>/test/cluster/jest/own-cluster.mjs */
import { adapter } from '../../test/refs.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kubeconfig } from '../../../../test/cluster/support/kubectl.js';
import { freshNamespace } from '../../../../test/cluster/support/namespace.js';
import { apiServer } from '../../../../test/cluster/support/parts.js';
import { afterTest } from '../../../../test/support/clean-up.js';
import { loadServer, settingsFor, startRuntime } from '../../test/kubernetes.js';
import { ready } from '../../test/observed.js';
import { startRelay, type Relay } from '../../test/relay.js';
import { workload } from '../../test/supervisor.js';
import { eventually } from '../../test/wait.js';
import { desiredWorkload, ABSENT, revisionOf, type Runtime, type Workload } from '../index.js';

const SETTLE_MS = 60_000;
const namespace = freshNamespace();
let relay: Relay;
let runtime: Runtime & { close(): Promise<void> };
let settings: ReturnType<typeof settingsFor>;

beforeAll(async () => {
  await loadServer();
  relay = await startRelay(kubeconfig);
  settings = settingsFor(namespace.name, { kubeconfig: relay.kubeconfig, autoscaled: ['scaled'] });
  runtime = await startRuntime(settings);
  await runtime.list();
});
afterAll(async () => {
  await runtime.close();
  await relay.close();
});

/** Warnings are not waited for, so they may be listed at any time. */
const requests = () => relay.requests().filter((request) => !request.endsWith('/events'));

const converged = (wanted: Workload, of = runtime) =>
  eventually(async () => {
    const seen = await of.observe(wanted);
    expect(seen).toMatchObject({ revision: revisionOf(wanted), inSync: true, failure: null });
    expect(ready(seen)).toHaveLength(wanted.replicas);
    return seen;
  }, SETTLE_MS);

describe('the requests to the API server', () => {
  const echo = workload('echo', { replicas: 2 });

  it('are one for each object of a new adapter', async () => {
    requests();
    await runtime.apply(desiredWorkload(echo));
    const path = `/namespaces/${namespace.name}`;
    expect(requests()).toEqual([
      `PATCH /apis/networking.k8s.io/v1${path}/networkpolicies/adapter-echo`,
      `PATCH /api/v1${path}/services/adapter-echo`,
      `PATCH /apis/apps/v1${path}/statefulsets/adapter-echo`,
      `PATCH /apis/policy/v1${path}/poddisruptionbudgets/adapter-echo`,
    ]);
  });

  it('are none while pods start, and none for an unchanged workload', async () => {
    await converged(echo);
    await runtime.apply(desiredWorkload(echo));
    await runtime.list();
    expect(requests()).toEqual([]);
  });

  it('are one when the number of replicas or the image changes', async () => {
    const three = { ...echo, replicas: 3 };
    await runtime.apply(desiredWorkload(three));
    await converged(three);
    const changed = { ...three, environment: { NEXT: '1' } };
    await runtime.apply(desiredWorkload(changed));
    expect(requests()).toEqual(Array(2).fill(expect.stringMatching(/^PATCH .*statefulsets/)));
    await converged(changed);
    await runtime.apply(desiredWorkload(echo));
    await converged(echo);
    requests();
  });

  it('are one list for each kind when a worker starts, and none for adapters in the desired state', async () => {
    const other = await startRuntime(settings);
    afterTest(() => other.close());
    const seen = await other.observe(adapter('echo'));
    expect(seen.inSync).toBe(false); // it does not know yet what should be
    await other.apply(desiredWorkload(echo));
    expect(await other.observe(adapter('echo'))).toMatchObject({ revision: revisionOf(echo), inSync: true });
    const kinds = requests().map((request) => /^GET .*\/(\w+)$/.exec(request)?.[1] ?? request);
    expect(kinds.toSorted()).toEqual(['networkpolicies', 'poddisruptionbudgets', 'pods', 'services', 'statefulsets']);
  });
});

describe('a worker that lost the API server', () => {
  it('sees what happened meanwhile, even after its resource version has expired', async () => {
    const unchanged = workload('unchanged');
    const lost = workload('lost');
    for (const each of [unchanged, lost]) await runtime.apply(desiredWorkload(each));
    const before = await converged(unchanged);
    await converged(lost);
    const changes = new Set<string>();
    const stop = new AbortController();
    runtime.watch({ changed: ({ name }) => void changes.add(name), synced: () => {} }, stop.signal);

    relay.cut();
    await namespace.kubectl('delete', 'pod', 'adapter-unchanged-0', '--wait=true');
    await namespace.kubectl('delete', 'statefulset,service,networkpolicy', 'adapter-lost');
    await namespace.kubectl('wait', 'pod', 'adapter-lost-0', '--for=delete', '--timeout=60s');
    await apiServer.stop(); // what it remembers of changes begins anew with its start
    await apiServer.start();
    relay.join();

    await eventually(async () => expect(await runtime.observe(adapter('lost'))).toEqual(ABSENT), SETTLE_MS);
    const after = await converged(unchanged);
    expect(ready(after)).not.toEqual(ready(before));
    expect([...changes]).toEqual(expect.arrayContaining(['unchanged', 'lost']));
    expect(relay.watched()).toContain('"code":410');
    stop.abort();
  });
});

describe('an adapter that an autoscaler scales', () => {
  const scaled = workload('scaled', { replicas: 1 });
  const replicas = async () =>
    (await namespace.get<{ spec: { replicas: number } }>('statefulset', 'adapter-scaled')).spec.replicas;
  /** Refused when the object has just changed; a worker's queue tries again. */
  const apply = (wanted: Workload) => eventually(() => runtime.apply(desiredWorkload(wanted)));
  const scale = async (count: number) => {
    await namespace.kubectl('scale', 'statefulset/adapter-scaled', `--replicas=${count}`);
    await eventually(async () => expect((await runtime.observe(adapter('scaled'))).desiredReplicas).toBe(count));
  };

  it('starts with the number of the spec, and keeps the number of the autoscaler', async () => {
    await apply(scaled);
    await converged(scaled);
    await scale(3);
    await apply(scaled);
    await apply({ ...scaled, environment: { NEXT: '1' } });
    expect(await replicas()).toBe(3);
    expect(await runtime.observe(adapter('scaled'))).toMatchObject({ autoscaled: true, desiredReplicas: 3 });
  });

  it('still stops and starts with the spec', async () => {
    await apply({ ...scaled, replicas: 0 });
    expect(await replicas()).toBe(0);
    await apply(scaled);
    expect(await replicas()).toBe(1);
  });
});
