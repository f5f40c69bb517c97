import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { example } from '../support/api.js';
import { waitFor } from '../support/wait.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const STEP_MS = 60_000;
const namespace = freshNamespace();
const { kubectl, get } = namespace;
let gateway: ClusterGateway;

interface Found {
  metadata: { uid: string; generation: number; annotations: Record<string, string>; labels: Record<string, string> };
  spec: {
    updateStrategy: { rollingUpdate?: { partition?: number } };
    replicas: number;
    template: { spec: { containers: { image: string }[] } };
    ports: { port: number }[];
  };
}
const set = () => get<Found>('statefulset', 'adapter-echo');
const service = () => get<Found>('service', 'adapter-echo');
const noteOfPath = async () =>
  `mcp-gateway.io/path-of-revision-${(await set()).metadata.annotations['mcp-gateway.io/revision']}`;
const image = async () => (await set()).spec.template.spec.containers[0]?.image;

beforeAll(async () => {
  gateway = await startClusterGateway(namespace.name);
  await gateway.api.create(example('echo', { replicaCount: 2 }));
  await gateway.api.ready('echo', STEP_MS);
});

interface Drift {
  what: string;
  change: () => Promise<unknown>;
  /** Truthy once the worker has corrected it. */
  right: (before: Found) => Promise<unknown>;
}

const drifts: Drift[] = [
  {
    what: 'a deleted StatefulSet',
    change: () => kubectl('delete', 'statefulset', 'adapter-echo', '--wait=false'),
    right: async ({ metadata }) => (await set()).metadata.uid !== metadata.uid,
  },
  {
    what: 'an edited image',
    change: () => kubectl('set', 'image', 'statefulset/adapter-echo', 'server=localhost/other:1'),
    right: async () => (await image()) === 'localhost/mcp-example:0.1.0',
  },
  {
    what: 'a changed number of replicas',
    change: () => kubectl('scale', 'statefulset/adapter-echo', '--replicas=5'),
    right: async () => (await set()).spec.replicas === 2,
  },
  {
    what: 'a partition in the rollout strategy',
    change: () =>
      kubectl(
        'patch',
        'statefulset',
        'adapter-echo',
        '--type=merge',
        '--patch={"spec":{"updateStrategy":{"rollingUpdate":{"partition":2}}}}',
      ),
    right: async () => !(await set()).spec.updateStrategy.rollingUpdate?.partition,
  },
  {
    what: 'a deleted Service',
    change: () => kubectl('delete', 'service', 'adapter-echo'),
    right: service,
  },
  {
    what: 'an edited port of a Service',
    change: () =>
      kubectl(
        'patch',
        'service',
        'adapter-echo',
        '--type=json',
        '--patch=[{"op":"replace","path":"/spec/ports/0/port","value":81}]',
      ),
    right: async () => (await service()).spec.ports[0]?.port === 8000,
  },
  {
    what: 'a deleted NetworkPolicy',
    change: () => kubectl('delete', 'networkpolicy', 'adapter-echo'),
    right: () => kubectl('get', 'networkpolicy', 'adapter-echo'),
  },
  {
    what: 'a deleted PodDisruptionBudget',
    change: () => kubectl('delete', 'poddisruptionbudget', 'adapter-echo'),
    right: () => kubectl('get', 'poddisruptionbudget', 'adapter-echo'),
  },
  ...[
    { kind: 'networkpolicy', patch: '{"spec":{"podSelector":{"matchLabels":{"foo":"bar"}}}}' },
    { kind: 'poddisruptionbudget', patch: '{"spec":{"selector":{"matchLabels":{"foo":"bar"}}}}' },
    { kind: 'service', patch: '{"spec":{"selector":{"foo":"bar"}}}' },
  ].map(({ kind, patch }) => ({
    what: `a label added to the selector of a ${kind}`,
    change: () => kubectl('patch', kind, 'adapter-echo', '--type=merge', `--patch=${patch}`),
    right: async () => !JSON.stringify((await get<Found>(kind, 'adapter-echo')).spec).includes('foo'),
  })),
  {
    what: 'a label of the gateway that is removed',
    change: () => kubectl('label', 'statefulset', 'adapter-echo', 'mcp-gateway.io/gateway-'),
    right: async () => (await set()).metadata.labels['mcp-gateway.io/gateway'],
  },
  ...['gateway', 'kind', 'name'].map((label) => ({
    what: `a changed ${label} in the label`,
    change: () => kubectl('label', 'statefulset', 'adapter-echo', '--overwrite', `mcp-gateway.io/${label}=other`),
    right: async () => (await set()).metadata.labels[`mcp-gateway.io/${label}`] !== 'other',
  })),
  {
    what: 'an overwritten annotation of the gateway',
    change: () => kubectl('annotate', 'statefulset', 'adapter-echo', '--overwrite', 'mcp-gateway.io/revision=x'),
    right: async () => (await set()).metadata.annotations['mcp-gateway.io/revision'] !== 'x',
  },
  {
    what: 'a missing annotation of the path, as after an upgrade of the gateway, without replacing a pod',
    change: async () => kubectl('annotate', 'statefulset', 'adapter-echo', `${await noteOfPath()}-`),
    right: async (before) =>
      (await set()).metadata.annotations[await noteOfPath()] === '/mcp' &&
      (await set()).metadata.generation === before.metadata.generation,
  },
];

describe('the worker corrects', () => {
  it.each(drifts)('$what', async ({ what, change, right }) => {
    const before = await set();
    await change();
    const since = performance.now();
    await waitFor(`${what} to be corrected`, () => right(before));
    console.info(`${what}: corrected after ${Math.round(performance.now() - since)} ms`);
    await gateway.api.ready('echo', STEP_MS);
  });

  it('but keeps what others add to its objects', async () => {
    await kubectl('annotate', 'statefulset', 'adapter-echo', 'example.com/theirs=kept');
    await kubectl('label', 'service', 'adapter-echo', 'example.com/theirs=kept');
    await kubectl('scale', 'statefulset/adapter-echo', '--replicas=1');
    await waitFor('the number of replicas', async () => (await set()).spec.replicas === 2);
    await gateway.api.update(example('echo', { replicaCount: 2, environmentVariables: { NEXT: '1' } }));
    await gateway.api.ready('echo', STEP_MS);
    expect((await set()).metadata.annotations['example.com/theirs']).toBe('kept');
    expect((await service()).metadata.labels['example.com/theirs']).toBe('kept');
  });
});

describe('a pod that is deleted', () => {
  it('leaves the routes within a second, and its successor joins them', async () => {
    const { podIP } = (await get<{ status: { podIP: string } }>('pod', 'adapter-echo-0')).status;
    const url = `http://${podIP}:8000`;
    expect(gateway.routed('echo')).toContain(url);
    await kubectl('delete', 'pod', 'adapter-echo-0', '--wait=false');
    const since = performance.now();
    await waitFor('its route to be removed', () => !gateway.routed('echo').includes(url));
    const took = performance.now() - since;
    console.info(`a deleted pod: its route is removed after ${Math.round(took)} ms`);
    expect(took).toBeLessThan(1_000);
    await gateway.api.ready('echo', STEP_MS);
  });
});
