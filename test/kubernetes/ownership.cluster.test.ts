import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { example } from '../support/api.js';
import { waitFor } from '../support/wait.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const STEP_MS = 60_000;
const ID = 'mcp-gateway.io/resource-id';
const namespace = freshNamespace();
const { kubectl, get } = namespace;
let gateway: ClusterGateway;

interface Found {
  metadata: { uid: string; annotations: Record<string, string> };
}
const idOn = async (kind: string) => (await get<Found>(kind, 'adapter-echo')).metadata.annotations[ID];
const uid = async (kind: string, name: string) => (await get<Found>(kind, name)).metadata.uid;
const uids = () => Promise.all(['adapter-echo-0', 'adapter-echo-1'].map((name) => uid('pod', name)));

beforeAll(async () => {
  gateway = await startClusterGateway(namespace.name);
  await gateway.api.create(example('echo', { replicaCount: 2 }));
  await gateway.api.ready('echo', STEP_MS);
});

describe("the label with the adapter's id", () => {
  it.each([
    { what: 'edited on a Service', kinds: ['service'], change: `${ID}=other` },
    { what: 'removed from a StatefulSet', kinds: ['statefulset'], change: `${ID}-` },
    { what: 'removed from all', kinds: ['statefulset', 'service', 'networkpolicy'], change: `${ID}-` },
  ])('is restored after it was $what, and no pod ends for it', async ({ kinds, change }) => {
    const pods = await uids();
    const id = await idOn('networkpolicy');
    await kubectl('annotate', kinds.join(','), 'adapter-echo', '--overwrite', change);
    for (const kind of kinds) await waitFor('the id to be there again', async () => (await idOn(kind)) === id);
    expect(await uids()).toEqual(pods);
    expect(await gateway.api.status('echo')).toMatchObject({ readyReplicas: 2 });
  });

  it('does not matter on a pod: a new spec replaces the pod', async () => {
    const before = await uid('pod', 'adapter-echo-0');
    await kubectl('annotate', 'pod', 'adapter-echo-0', `${ID}-`);
    await gateway.api.update(example('echo', { replicaCount: 2, environmentVariables: { NEXT: '1' } }));
    await gateway.api.ready('echo', STEP_MS);
    expect(await uid('pod', 'adapter-echo-0')).not.toBe(before);
  });
});
