import { adapter, tool } from '../../test/refs.js';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@mcp-gateway/platform/logging';
import { afterTest } from '../../../../test/support/clean-up.js';
import { startApiServer, type ApiServer } from '../../test/api-server.js';
import { ownedObject } from '../../test/context.js';
import { podOf } from '../../test/pods.js';
import { DEFAULTS } from '../../test/settings.js';
import { workload } from '../../test/supervisor.js';
import { eventually } from '../../test/wait.js';
import { ABSENT } from '../runtime.js';
import { desiredWorkload, revisionOf } from '../workload.js';
import { kubernetesRuntime } from './runtime.js';

const echo = workload('echo', { resourceId: 'id-of-echo' });
const pod = podOf({
  labels: ownedObject('').metadata.labels ?? {},
  annotations: ownedObject('').metadata.annotations ?? {},
});

async function start(api: ApiServer) {
  const settings = { ...DEFAULTS, kubeconfig: api.kubeconfig };
  const runtime = await kubernetesRuntime(settings, createLogger('test', 'silent'));
  afterTest(() => runtime.close());
  return runtime;
}
/** The reports to a watcher, until `stop`. */
function watch(runtime: Awaited<ReturnType<typeof start>>) {
  const reported: string[] = [];
  const stopping = new AbortController();
  runtime.watch(
    { changed: ({ name }) => void reported.push(name), synced: () => void reported.push('everything') },
    stopping.signal,
  );
  return { reported, stop: () => stopping.abort() };
}
const deletions = (api: ApiServer) => api.requests().filter((line) => line.startsWith('DELETE'));

describe('the runtime', () => {
  it('lists and watches the objects of resources, their pods, and warnings', async () => {
    const api = await startApiServer();
    await start(api);
    await eventually(() => expect(api.watches()).toBe(6));
    const namespace = '/namespaces/adapter';
    const ours =
      'labelSelector=mcp-gateway.io%2Fgateway%3Dmcp-gateway%2Cmcp-gateway.io%2Fkind%2Cmcp-gateway.io%2Fname&';
    const kinds = [
      `/apis/apps/v1${namespace}/statefulsets?`,
      `/api/v1${namespace}/services?`,
      `/apis/policy/v1${namespace}/poddisruptionbudgets?`,
      `/apis/networking.k8s.io/v1${namespace}/networkpolicies?`,
      `/api/v1${namespace}/pods?${ours}`,
      `/api/v1${namespace}/events?fieldSelector=type%3DWarning&`,
    ];
    const wanted = kinds.flatMap((kind) => [
      `GET ${kind}limit=500`,
      `GET ${kind}watch=true&allowWatchBookmarks=true&resourceVersion=50`,
    ]);
    expect(api.requests().toSorted()).toEqual(wanted.toSorted());
  });

  it('knows the objects from before its start, and none of another owner', async () => {
    const api = await startApiServer();
    const theirs = ownedObject('Service', { name: 'theirs', labels: {} });
    for (const object of [ownedObject('Service'), theirs]) api.put('services', object);
    api.put(
      'poddisruptionbudgets',
      ownedObject('PodDisruptionBudget', {
        name: 'b',
        labels: { ...ownedObject('').metadata.labels, 'mcp-gateway.io/kind': 'adapter', 'mcp-gateway.io/name': 'b' },
      }),
    );
    const runtime = await start(api);
    expect((await runtime.list()).map(({ name }) => name).toSorted()).toEqual(['b', 'echo']);
    expect(await runtime.observe(adapter('echo'))).toMatchObject({ exists: true, resourceId: 'id-of-echo' });
    expect(await runtime.observe(adapter('theirs'))).toEqual(ABSENT);
  });

  it('reports changes to its watchers, until they stop', async () => {
    const api = await startApiServer();
    const runtime = await start(api);
    const stopped = watch(runtime);
    stopped.stop();
    const { reported } = watch(runtime);
    await eventually(() => expect(reported).toEqual(['everything']));
    await runtime.apply(desiredWorkload(echo));
    await eventually(() => expect(reported).toContain('echo'));
    await eventually(() => expect(api.watches()).toBe(6));
    api.put(
      'pods',
      podOf({ name: 'adapter-other-0', labels: { 'mcp-gateway.io/kind': 'adapter', 'mcp-gateway.io/name': 'other' } }),
    );
    await eventually(() => expect(reported).toContain('other'));
    expect((await runtime.observe(adapter('other'))).replicas).toMatchObject([{ state: 'Ready' }]);
    expect(stopped.reported).toEqual([]);
  });

  it('keeps an adapter and a tool of the same name apart', async () => {
    const api = await startApiServer();
    const runtime = await start(api);
    await eventually(() => expect(api.watches()).toBe(6));
    await runtime.apply(desiredWorkload(echo));
    await runtime.apply(desiredWorkload({ ...echo, kind: 'tool', resourceId: 'id-of-the-tool' }));
    expect(await runtime.list()).toEqual([adapter('echo'), tool('echo')]);
    api.requests();
    await runtime.remove(adapter('echo'));
    expect(deletions(api).every((line) => line.includes('/adapter-echo'))).toBe(true);
    await eventually(async () => expect(await runtime.observe(adapter('echo'))).toEqual(ABSENT));
    expect(await runtime.observe(tool('echo'))).toMatchObject({
      exists: true,
      removing: false,
      resourceId: 'id-of-the-tool',
      revision: revisionOf({ ...echo, kind: 'tool', resourceId: 'id-of-the-tool' }),
    });
    expect(await runtime.list()).toEqual([tool('echo')]);
  });

  it('removes the network policy of an adapter when its last pod is gone', async () => {
    const api = await startApiServer();
    api.put('pods', { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-11-20T09:00:00Z' } });
    const runtime = await start(api);
    await runtime.apply(desiredWorkload(echo));
    await eventually(() => expect(api.watches()).toBe(6));
    api.requests();
    await runtime.remove(adapter('echo'));
    expect(deletions(api)).toHaveLength(2);
    expect(await runtime.observe(adapter('echo'))).toMatchObject({ exists: true });
    api.drop('pods', pod.metadata.name);
    await eventually(async () => expect(await runtime.observe(adapter('echo'))).toEqual(ABSENT));
    expect(deletions(api)).toEqual([expect.stringContaining('/networkpolicies/adapter-echo')]);
  });

  it('rejects every verb while an informer has no complete list', async () => {
    const api = await startApiServer();
    api.forbidden.add('statefulsets');
    const runtime = await start(api);
    const verbs = [
      () => runtime.observe(adapter('echo')),
      () => runtime.apply(desiredWorkload(echo)),
      () => runtime.remove(adapter('echo')),
      () => runtime.list(),
    ];
    const forbidden = { code: 'UNAVAILABLE', detail: 'The cluster does not admit it: no statefulsets' };
    const listed = () => eventually(() => expect(api.requests().join()).toContain('/statefulsets?'));
    await listed();
    await listed(); // again, so it has been refused before
    for (const verb of verbs) await expect(verb()).rejects.toMatchObject(forbidden);
    expect(api.requests().join()).not.toContain('PATCH');
  });

  it('watches nothing once it is closed', async () => {
    const api = await startApiServer();
    const runtime = await start(api);
    await eventually(() => expect(api.watches()).toBe(6));
    await runtime.close();
    await eventually(() => expect(api.watches()).toBe(0));
  });
});
