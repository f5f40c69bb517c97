import { beforeAll, describe, expect, it } from '@jest/globals';
import { scriptArchive } from '../cluster/images/script.mjs';
import { loadImage } from '../cluster/support/images.js';
import { freshNamespace } from '../cluster/support/namespace.js';
import type { Spec } from '../support/api.js';
import { waitFor } from '../support/wait.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const STEP_MS = 90_000;
/** A server whose end and whose health the test controls. */
const CONTROLLED = `import { createServer } from 'node:http';
let health = 200;
createServer((req, res) => {
  const { pathname, searchParams } = new URL(req.url, 'http://controlled');
  if (pathname === '/health') health = Number(searchParams.get('status'));
  res.writeHead(pathname === '/healthz' ? health : 200).end(() => pathname === '/exit' && process.exit(1));
}).listen(Number(process.env.PORT), '0.0.0.0');`;
const namespace = freshNamespace();
const { kubectl, get } = namespace;
let gateway: ClusterGateway;

beforeAll(async () => {
  await loadImage(await scriptArchive('localhost/controlled:1', CONTROLLED));
  await kubectl('create', 'serviceaccount', 'identity');
  gateway = await startClusterGateway(namespace.name, { worker: { WORKLOAD_IDENTITY_SERVICE_ACCOUNT: 'identity' } });
}, 120_000);

interface FoundPod {
  metadata: { uid: string; labels: Record<string, string> };
  spec: { serviceAccountName: string };
  status: { podIP: string; containerStatuses: { restartCount: number; state: { waiting?: { reason: string } } }[] };
}
const pod = (name: string) => get<FoundPod>('pod', name);
const container = async (name: string) => (await pod(name)).status.containerStatuses[0];
const controlled = (name: string, more: object = {}): Spec => ({
  name,
  imageName: 'controlled',
  imageVersion: '1',
  ...more,
});
const control = async (name: string, what: string) =>
  fetch(`http://${(await pod(name)).status.podIP}:8000/${what}`, {
    method: 'POST',
    signal: AbortSignal.timeout(STEP_MS),
  });

describe('a replica', () => {
  it('that ends while a bad version is stuck starts again in place', async () => {
    const { api } = gateway;
    const good = controlled('steady', { replicaCount: 2 });
    await api.create(good);
    await api.ready('steady', STEP_MS);
    await api.update({ ...good, imageVersion: 'never-built' });
    const stuck = async () => /ImagePull/.test((await container('adapter-steady-1'))?.state.waiting?.reason ?? '');
    await waitFor('the rollout to be stuck', stuck, STEP_MS);
    const { uid } = (await pod('adapter-steady-0')).metadata;

    await control('adapter-steady-0', 'exit');
    const serves = async () =>
      ((await container('adapter-steady-0'))?.restartCount ?? 0) > 0 && gateway.routed('steady').length === 1;
    await waitFor('it to serve again', serves, STEP_MS);
    expect((await pod('adapter-steady-0')).metadata.uid).toBe(uid);

    await api.update(good);
    await api.ready('steady', STEP_MS);
    expect((await pod('adapter-steady-0')).metadata.uid).toBe(uid);
  });

  it('that has passed its health check leaves the routes while it answers 404, and stays in place', async () => {
    const { api } = gateway;
    await api.create(controlled('found'));
    await api.ready('found', STEP_MS);
    const { uid } = (await pod('adapter-found-0')).metadata;
    await control('adapter-found-0', 'health?status=404');
    await waitFor('it to leave the routes', () => gateway.routed('found').length === 0, STEP_MS);
    await control('adapter-found-0', 'health?status=200');
    const status = await api.ready('found', STEP_MS);
    expect((await pod('adapter-found-0')).metadata.uid).toBe(uid);
    expect(status.conditions.map(({ reason }) => reason)).not.toContain('TcpOnly');
  });

  it('is not a copy of a pod with the same labels', async () => {
    const { api } = gateway;
    await api.create(controlled('copied'));
    await api.ready('copied', STEP_MS);
    const copy = ['--copy-to=adapter-copied-debug', '--keep-labels', '--set-image=server=localhost/controlled:1'];
    await kubectl('debug', 'adapter-copied-0', ...copy);
    expect((await pod('adapter-copied-debug')).metadata.labels['mcp-gateway.io/name']).toBe('copied');
    await api.update(controlled('copied', { replicaCount: 2 }));
    const { replicas } = await api.ready('copied', STEP_MS);
    expect(replicas.map(({ name }) => name)).toEqual(['adapter-copied-0', 'adapter-copied-1']);
    await api.remove('copied');
    await waitFor(
      'the row to be removed',
      async () => (await api.list()).every(({ name }) => name !== 'copied'),
      STEP_MS,
    );
    await pod('adapter-copied-debug'); // the worker must not remove this pod
  });

  it('runs without the service account once its adapter gives the identity up', async () => {
    const { api } = gateway;
    await api.create(controlled('trusted', { useWorkloadIdentity: true }));
    await api.ready('trusted', STEP_MS);
    expect((await pod('adapter-trusted-0')).spec.serviceAccountName).toBe('identity');
    await api.update(controlled('trusted'));
    await api.ready('trusted', STEP_MS);
    expect((await pod('adapter-trusted-0')).spec.serviceAccountName).toBe('default');
  });
});
