import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../../../test/settings.js';
import { workload } from '../../../test/supervisor.js';
import { desiredWorkload, type Workload } from '../../workload.js';
import { differences } from '../verbs/last-applied.js';
import type { KubernetesSettings } from '../settings/settings.js';
import type { Manifest } from './manifest.js';
import { manifestsOf } from './manifests.js';

const golden = (name: string) => JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8'));

const EVERYTHING: Partial<Workload> = {
  imageName: 'team/echo',
  imageVersion: '2.0.0',
  environment: { GREETING: 'it costs $5, $(NOT) expanded', EMPTY: '' },
  secretEnvironment: { TOKEN: { secret: 'mcp-echo', key: 'token' }, KEY: { secret: 'mcp-key', key: 'key' } },
  useWorkloadIdentity: true,
  replicas: 3,
  port: 9000,
  healthPath: '/live',
  resources: { requests: { cpu: '250m' }, limits: { cpu: '1', memory: '1Gi' } },
};
const EVERY_SETTING: Partial<KubernetesSettings> = {
  namespace: 'mcp',
  gateway: 'two',
  imagePullSecrets: ['registry'],
  imagePullPolicy: 'Always',
  workloadIdentityServiceAccount: 'identity',
  runAsUser: 1_000,
  tmpSize: '1Gi',
  drainSeconds: 0,
  replicaHost: '::',
  podLabels: { 'example.com/team': 'a' },
  podAnnotations: { 'example.com/scrape': 'true' },
  nodeSelector: { pool: 'mcp' },
  tolerations: [{ key: 'mcp', operator: 'Exists', effect: 'NoSchedule' }],
  priorityClassName: 'low',
  runtimeClassName: 'gvisor',
  callerNamespace: 'gateway',
  egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }],
};

function manifests(
  more: Partial<Workload> = {},
  settings: Partial<KubernetesSettings> = {},
  tcp = false,
  annotations: Record<string, string> = {},
): Manifest[] {
  const desired = desiredWorkload(workload('echo', more));
  const seen = {
    health: tcp ? { by: 'tcp' as const } : { by: 'http' as const },
    annotations,
    replicas: desired.workload.replicas,
    paths: { [desired.revision]: desired.workload.path },
  };
  return manifestsOf(desired, { ...DEFAULTS, ...settings }, seen);
}
const pod = (...args: Parameters<typeof manifests>) => {
  const { spec } = manifests(...args).find(({ kind }) => kind === 'StatefulSet') as Manifest;
  return (spec as { template: { metadata: object; spec: { containers: { env: object[]; resources: object }[] } } })
    .template;
};
const container = (...args: Parameters<typeof manifests>) => pod(...args).spec.containers[0];

describe('the objects of an adapter', () => {
  it('match the golden file of a minimal spec', () => {
    expect(manifests()).toEqual(golden('minimal'));
  });

  it.each([
    ['1.0.0', 'team/echo:1.0.0'],
    [`sha256:${'a'.repeat(64)}`, `team/echo@sha256:${'a'.repeat(64)}`],
    [`1.0.0@sha256:${'a'.repeat(64)}`, `team/echo:1.0.0@sha256:${'a'.repeat(64)}`],
  ])('name the image by tag or digest: %s', (imageVersion, reference) => {
    const image = `${DEFAULTS.imageRegistry}/${reference}`;
    expect(container({ imageName: 'team/echo', imageVersion })).toMatchObject({ image });
  });

  it('match the golden file of a complete spec', () => {
    expect(manifests(EVERYTHING, EVERY_SETTING, true)).toEqual(golden('everything'));
  });

  it('have another hash when any field differs, and only then', () => {
    const hash = (...args: Parameters<typeof manifests>) =>
      manifests(...args).map(({ metadata }) => metadata.annotations['mcp-gateway.io/manifest']);
    expect(hash()).toEqual(hash({}));
    expect(new Set([...hash(), ...hash({ port: 9000 })]).size).toBe(6);
  });

  it('keep the pod template when only the number of replicas changes', () => {
    expect(pod({ replicas: 5 })).toEqual(pod());
  });

  it('of a tool have a Service with one address for its ready replicas, beside the one that names each pod', () => {
    const services = (more: Partial<Workload>) => manifests(more).filter(({ kind }) => kind === 'Service');
    const selector = {
      'mcp-gateway.io/gateway': 'mcp-gateway',
      'mcp-gateway.io/kind': 'tool',
      'mcp-gateway.io/name': 'echo',
    };
    const [headless, service, ...others] = services({ kind: 'tool', port: 443 });
    expect(headless).toMatchObject({ metadata: { name: 'tool-echo' }, spec: { clusterIP: 'None', selector } });
    expect(service).toMatchObject({ metadata: { name: 'echo-service', labels: selector } });
    expect(service?.spec).toEqual({
      type: 'ClusterIP',
      ipFamilyPolicy: 'PreferDualStack',
      selector,
      ports: [{ name: 'http', port: 443, targetPort: 443, protocol: 'TCP' }],
    });
    expect(others).toEqual([]);
    expect(services({ port: 443 })).toHaveLength(1);
  });

  it.each<[setting: keyof KubernetesSettings, value: unknown, replaces: boolean]>([
    ['imageRegistry', 'registry.example.com/other', true],
    ['imagePullPolicy', 'Always', true],
    ['imagePullSecrets', ['registry'], true],
    ['runAsUser', 1_000, true],
    ['tmpSize', '1Gi', true],
    ['resources', {}, true],
    ['podLabels', { team: 'a' }, true],
    ['podAnnotations', { team: 'a' }, true],
    ['nodeSelector', { pool: 'mcp' }, true],
    ['tolerations', [{ operator: 'Exists' }], true],
    ['priorityClassName', 'low', true],
    ['runtimeClassName', 'gvisor', true],
    ['workloadIdentityServiceAccount', 'identity', false],
    ['egress', [], false],
    ['autoscaled', ['*'], false],
    ['allowedImages', ['echo'], false],
    ['allowedSecrets', ['echo'], false],
    ['callerNamespace', 'gateway', false],
    ['requestsPerSecond', 1, false],
  ])('have their pods replaced, as docs/helm.md says, by another %s (%j): %s', (setting, value, replaces) => {
    const [before, after] = [pod(), pod({}, { [setting]: value })].map((template) => JSON.stringify(template));
    expect(before !== after).toBe(replaces);
  });

  it('keep the pod template when only the drain time changes, until another field changes', () => {
    const [, , statefulSet] = manifests({}, { drainSeconds: 10 });
    const { annotations } = (statefulSet as Manifest).metadata;
    const unchanged = [{}, { drainSeconds: 60 }, false, annotations] as const;
    expect(pod(...unchanged)).toEqual(pod({}, { drainSeconds: 10 }));
    const [, , again] = manifests(...unchanged);
    expect((again as Manifest).metadata.annotations).toMatchObject({ 'mcp-gateway.io/drain-seconds': '10' });
    const changed = [{ port: 9000 }, { drainSeconds: 60 }] as const;
    expect(pod(...changed, false, annotations)).toEqual(pod(...changed));
    expect(pod(...changed).spec).toMatchObject({ terminationGracePeriodSeconds: 90 });
  });

  it('remove the service account of a workload identity', () => {
    const found = pod({ useWorkloadIdentity: true }, EVERY_SETTING).spec;
    const places = differences(pod({}, EVERY_SETTING).spec, found);
    expect(places).toEqual(['/serviceAccountName="identity"', '/serviceAccount="identity"']);
  });

  it.each([
    [1, false],
    [2, true],
  ])('of %i replicas have a disruption budget: %s', (replicas, budget) => {
    expect(manifests({ replicas }).some(({ kind }) => kind === 'PodDisruptionBudget')).toBe(budget);
  });

  it.each([
    [{ environment: { HOME: '/data' } }, { value: '/data' }],
    [
      { secretEnvironment: { HOME: { secret: 's', key: 'k' } } },
      { valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ],
  ])('have a variable of the adapter instead of the default home: %j', (more, home) => {
    const homes = container(more)?.env.filter((each) => 'name' in each && each.name === 'HOME');
    expect(homes).toEqual([{ name: 'HOME', ...home }]);
  });

  it.each([
    [undefined, ['Ingress'], undefined],
    [[], ['Ingress', 'Egress'], []],
  ])('restrict what replicas may reach when egress is %j', (egress, policyTypes, rules) => {
    const [policy] = manifests({}, { egress });
    expect(policy?.spec).toMatchObject({ policyTypes, ...(rules && { egress: rules }) });
  });

  it.each([
    ['nothing', {}, { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } }],
    [
      'a limit below the default request',
      { limits: { memory: '64Mi' } },
      { requests: { cpu: '50m' }, limits: { memory: '64Mi' } },
    ],
    [
      'a request above the default limit',
      { requests: { memory: '1Gi' } },
      { requests: { cpu: '50m', memory: '1Gi' }, limits: {} },
    ],
    [
      'another resource',
      { limits: { cpu: '2' } },
      { requests: { memory: '128Mi' }, limits: { memory: '512Mi', cpu: '2' } },
    ],
  ])('have resources that go together when the adapter says %s', (_what, resources, expected) => {
    expect(container({ resources })?.resources).toEqual(expected);
  });
});
