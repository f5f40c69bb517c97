import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { example } from '../support/api.js';
import { callText, connect } from '../support/clients.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const STEP_MS = 60_000;
/** All objects of the gateway, by the labels that an operator would use. */
const ALL = 'all,networkpolicies,poddisruptionbudgets,configmaps,secrets,persistentvolumeclaims,endpointslices';
const OURS = '--selector=app.kubernetes.io/managed-by=mcp-gateway';

const namespace = freshNamespace();
let gateway: ClusterGateway;
beforeAll(async () => {
  gateway = await startClusterGateway(namespace.name);
});

const sum = async (name: string) => callText(await connect(gateway.api.mcp(name)), 'add', { a: 2, b: 3 });

describe('an adapter on a cluster', () => {
  it('is registered, answers a client, scales, and leaves no object when it is removed', async () => {
    const { api } = gateway;
    await api.create(example('echo', { replicaCount: 2 }));
    expect((await api.ready('echo', STEP_MS)).replicas.map(({ name }) => name)).toEqual([
      'adapter-echo-0',
      'adapter-echo-1',
    ]);
    expect(await sum('echo')).toBe('5');

    for (const replicaCount of [3, 1]) {
      await api.update(example('echo', { replicaCount }));
      await api.ready('echo', STEP_MS);
      expect((await namespace.kubectl('get', 'pods', OURS, '--output=name')).trim().split('\n')).toHaveLength(
        replicaCount,
      );
      expect(await sum('echo')).toBe('5');
    }

    await api.remove('echo');
    await becomesTrue(
      'all objects to be removed',
      async () => expect(await namespace.kubectl('get', ALL, OURS, '--output=name')).toBe(''),
      STEP_MS,
    );
    await becomesTrue('the row to be gone', async () => expect(await api.list()).toEqual([]), STEP_MS);
  });

  it('keeps the old replicas at their path when a new version is bad, reports so, and returns to the former version', async () => {
    const { api } = gateway;
    const good = example('versions', { replicaCount: 2 });
    await api.create(good);
    await api.ready('versions', STEP_MS);
    await api.update({ ...good, imageVersion: 'never-built', path: '/api/mcp' });
    const stuck = await waitFor(
      'the status to report it',
      async () => {
        const now = await api.status('versions');
        return now.phase === 'Degraded' && now.conditions.some(({ reason }) => reason === 'Blocked') && now;
      },
      STEP_MS,
    );
    expect(stuck.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', reason: 'ImagePullBackOff' }));
    expect(await sum('versions')).toBe('5');

    await api.update(good);
    await api.ready('versions', STEP_MS);
    await api.update({ ...good, environmentVariables: { NEXT: '1' } });
    await api.ready('versions', STEP_MS);
    expect(await sum('versions')).toBe('5');
  });
});
