import { beforeAll, describe, expect, it } from '@jest/globals';
import { freshNamespace } from '../cluster/support/namespace.js';
import { serviceAccountKubeconfig } from '../cluster/support/service-account.js';
import { example } from '../support/api.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

const STEP_MS = 60_000;
const namespace = freshNamespace();
let gateway: ClusterGateway;

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

const ALL_VERBS = ['get', 'list', 'watch', 'create', 'patch', 'delete'];
/** The rights of a worker according to docs/kubernetes.md. */
const worker = (statefulSetVerbs = ALL_VERBS): Rule[] => [
  { apiGroups: ['apps'], resources: ['statefulsets'], verbs: statefulSetVerbs },
  { apiGroups: [''], resources: ['services'], verbs: ALL_VERBS },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ALL_VERBS },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ALL_VERBS },
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch', 'delete'] },
  { apiGroups: [''], resources: ['events'], verbs: ['list', 'watch'] },
];
const controlPlane: Rule[] = [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get'] }];

const grant = (name: string, rules: Rule[]) =>
  namespace.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules });

async function account(name: string, rules: Rule[]): Promise<string> {
  await namespace.kubectl('create', 'serviceaccount', name);
  await grant(name, rules);
  const to = `--serviceaccount=${namespace.name}:${name}`;
  await namespace.kubectl('create', 'rolebinding', name, `--role=${name}`, to);
  return serviceAccountKubeconfig(namespace.name, name);
}

beforeAll(async () => {
  gateway = await startClusterGateway(namespace.name, {
    worker: { KUBECONFIG: await account('worker', worker()) },
    controlPlane: { KUBECONFIG: await account('control-plane', controlPlane) },
  });
});

describe('with exactly the documented rights', () => {
  it('a worker registers, scales, reads and removes adapters', async () => {
    const { api } = gateway;
    await api.create(example('echo', { replicaCount: 2 }));
    await api.ready('echo', STEP_MS);
    expect(await api.logs('echo')).toContain('mcp-example listens');
    await api.update(example('echo', { imageVersion: 'never-built', replicaCount: 2 }));
    await waitFor('the bad version', async () => (await api.status('echo')).phase === 'Degraded', STEP_MS);
    await api.update(example('echo', { replicaCount: 1 }));
    await api.ready('echo', STEP_MS);
    await api.remove('echo');
    const left = () => namespace.kubectl('get', 'statefulsets,services,networkpolicies,pods', '--output=name');
    await becomesTrue('nothing to be left', async () => expect(await left()).toBe(''), STEP_MS);
    expect(gateway.worker.output()).not.toContain('forbidden');
  });

  it('a worker names a right that it loses, and uses it once it is granted again', async () => {
    const { api } = gateway;
    await api.create(example('named'));
    await api.ready('named', STEP_MS);
    await grant('worker', worker(ALL_VERBS.filter((verb) => verb !== 'patch')));
    await api.update(example('named', { environmentVariables: { NEXT: '1' } }));
    const condition = await waitFor(
      'the condition',
      async () => (await api.status('named')).conditions.find(({ message }) => message.includes('may not')),
      STEP_MS,
    );
    expect(condition.message).toContain(
      `system:serviceaccount:${namespace.name}:worker may not patch statefulsets.apps in namespace ${namespace.name}.`,
    );
    await grant('worker', worker());
    await api.ready('named', STEP_MS);
  });

  it('a worker names a missing right to list objects too', async () => {
    const { api } = gateway;
    await gateway.worker.kill();
    await grant(
      'worker',
      worker().filter(({ resources }) => !resources.includes('pods')),
    );
    await gateway.startWorker();
    await api.create(example('blind'));
    const condition = await waitFor(
      'the condition',
      async () => (await api.status('blind')).conditions.find(({ message }) => message.includes('may not')),
      STEP_MS,
    );
    expect(condition).toMatchObject({ type: 'Ready', status: 'Unknown', reason: 'RuntimeUnavailable' });
    expect(condition.message).toContain(`worker may not list pods in namespace ${namespace.name}.`);
    await grant('worker', worker());
    await api.ready('blind', STEP_MS);
    await api.ready('named', STEP_MS);
  });
});
