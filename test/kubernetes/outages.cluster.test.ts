/** @jest-environment <rootDir>/test/cluster/jest/own-cluster.mjs */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { apiServer } from '../cluster/support/parts.js';
import { example } from '../support/api.js';
import { connect, count } from '../support/clients.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const STEP_MS = 90_000;
const OUTAGE_MS = 30_000;

const namespace = freshNamespace();
const replicasOf = async (name: string) =>
  (await namespace.get<{ spec: { replicas: number } }>('statefulset', `adapter-${name}`)).spec.replicas;

let gateway: ClusterGateway;
beforeAll(async () => {
  gateway = await startClusterGateway(namespace.name);
  await gateway.api.create(example('echo', { replicaCount: 2 }));
  await gateway.api.ready('echo', STEP_MS);
});

describe('while the API server is unavailable for half a minute', () => {
  it('sessions continue, new ones open, the API accepts changes, and the worker applies them afterwards', async () => {
    const session = await connect(gateway.api.mcp('echo'));
    let counted = await count(session);
    await apiServer.stop();
    await gateway.api.update(example('echo', { replicaCount: 3 }));
    const until = Date.now() + OUTAGE_MS;
    while (Date.now() < until) {
      expect(await count(session)).toBe((counted += 1));
      expect(await count(await connect(gateway.api.mcp('echo')))).toBe(1);
      await delay(250);
    }
    await apiServer.start();
    await gateway.api.ready('echo', STEP_MS);
    expect(await replicasOf('echo')).toBe(3);
    expect(gateway.routed('echo')).toHaveLength(3);
    expect(await count(session)).toBe(counted + 1);

    await namespace.kubectl('scale', 'statefulset/adapter-echo', '--replicas=1'); // shows that the watches work again
    await waitFor('the number of replicas', async () => (await replicasOf('echo')) === 3, STEP_MS);
    await gateway.api.ready('echo', STEP_MS);
  });
});

describe('a worker', () => {
  it('that dies in the middle of a change is followed by another, which completes it', async () => {
    const { api, worker } = gateway;
    for (let index = 0; index < 8; index += 1) await api.create(example(`many-${index}`));
    await waitFor('the first of them', () =>
      namespace.kubectl('get', 'statefulset', '--output=name').then((names) => /many-/.test(names)),
    );
    await worker.kill();
    await api.remove('many-0');
    await gateway.startWorker();
    for (let index = 1; index < 8; index += 1) await api.ready(`many-${index}`, STEP_MS);
    await becomesTrue(
      'the adapter to be removed',
      async () =>
        expect(await namespace.kubectl('get', 'all,networkpolicies', '--output=name')).not.toContain('many-0'),
      STEP_MS,
    );
  });

  it('can run beside a second one: together they apply every change once', async () => {
    const { api } = gateway;
    const other = await gateway.startWorker();
    await api.update(example('echo', { replicaCount: 2, environmentVariables: { NEXT: '1' } }));
    await api.ready('echo', STEP_MS);
    const { metadata } = await namespace.get<{ metadata: { generation: number } }>('statefulset', 'adapter-echo');
    await namespace.kubectl('scale', 'statefulset/adapter-echo', '--replicas=4');
    await waitFor('the number of replicas', async () => (await replicasOf('echo')) === 2);
    await api.ready('echo', STEP_MS);
    const after = await namespace.get<{ metadata: { generation: number } }>('statefulset', 'adapter-echo');
    // A client scales the StatefulSet, and one of the two workers scales it back.
    expect(after.metadata.generation).toBe(metadata.generation + 2);
    await other.kill();
  });
});
