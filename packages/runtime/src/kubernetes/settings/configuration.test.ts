import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from '@mcp-gateway/platform/config';
import { z } from 'zod';
import { DEFAULTS } from '../../../test/settings.js';
import { kubernetesFields, kubernetesSettings } from './configuration.js';

const NEEDED = { IMAGE_REGISTRY: 'registry.example.com/mcp' };
const TOLERATIONS = [
  { key: 'mcp', operator: 'Equal', value: 'yes', effect: 'NoExecute', tolerationSeconds: 60 },
  { operator: 'Exists' },
];
const read = (environment: Record<string, string>) =>
  kubernetesSettings(readConfig(z.object(kubernetesFields), environment));

describe('the configuration of the Kubernetes runtime', () => {
  it('needs a registry, and has defaults for the rest', () => {
    expect(read(NEEDED)).toStrictEqual(DEFAULTS);
    expect(() => read({})).toThrow('IMAGE_REGISTRY is required: the registry, with or without a path,');
  });

  it('reads every setting', () => {
    const egress = [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }];
    const variables = {
      ...NEEDED,
      NAMESPACE: 'mcp',
      GATEWAY_NAME: 'two',
      KUBECONFIG: '/k',
      KUBERNETES_QPS: '5',
      ALLOWED_IMAGES: 'mcp-, team/',
      IMAGE_PULL_SECRETS: 'a,b',
      IMAGE_PULL_POLICY: 'Always',
      ALLOWED_SECRETS: 'mcp-',
      WORKLOAD_IDENTITY_SERVICE_ACCOUNT: 'identity',
      ADAPTER_RESOURCES: '{"limits":{"cpu":"1"}}',
      ADAPTER_RUN_AS_USER: '1000',
      ADAPTER_TMP_SIZE: '1Gi',
      ADAPTER_DRAIN_SECONDS: '0',
      POD_IP: 'fd00::7',
      ADAPTER_POD_LABELS: '{"example.com/team":"a"}',
      ADAPTER_POD_ANNOTATIONS: '{"example.com/scrape":"true"}',
      ADAPTER_NODE_SELECTOR: '{"pool":"mcp"}',
      ADAPTER_TOLERATIONS: JSON.stringify(TOLERATIONS),
      ADAPTER_PRIORITY_CLASS: 'low',
      ADAPTER_RUNTIME_CLASS: 'gvisor',
      ADAPTER_CALLER_NAMESPACE: 'gateway',
      ADAPTER_EGRESS: JSON.stringify(egress),
      AUTOSCALED_ADAPTERS: 'echo',
    };
    expect(read(variables)).toStrictEqual({
      namespace: 'mcp',
      gateway: 'two',
      kubeconfig: '/k',
      apiServer: undefined,
      requestsPerSecond: 5,
      imageRegistry: 'registry.example.com/mcp',
      allowedImages: ['mcp-', 'team/'],
      imagePullSecrets: ['a', 'b'],
      imagePullPolicy: 'Always',
      allowedSecrets: ['mcp-'],
      workloadIdentityServiceAccount: 'identity',
      resources: { limits: { cpu: '1' } },
      runAsUser: 1_000,
      tmpSize: '1Gi',
      drainSeconds: 0,
      replicaHost: '::',
      podLabels: { 'example.com/team': 'a' },
      podAnnotations: { 'example.com/scrape': 'true' },
      nodeSelector: { pool: 'mcp' },
      tolerations: TOLERATIONS,
      priorityClassName: 'low',
      runtimeClassName: 'gvisor',
      callerNamespace: 'gateway',
      egress,
      autoscaled: ['echo'],
    });
  });

  it.each([
    ['10.96.0.1', '443', 'https://10.96.0.1:443'],
    ['fd00::1', '6443', 'https://[fd00::1]:6443'],
  ])('finds the API server by the variables of a pod: %s, %s', (host, port, url) => {
    const address = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port };
    expect(read({ ...NEEDED, ...address })).toStrictEqual({ ...DEFAULTS, apiServer: url });
  });

  it('admits callers from the namespace of the adapters by default', () => {
    expect(read({ ...NEEDED, NAMESPACE: 'mcp' }).callerNamespace).toBe('mcp');
  });

  it.each([
    ['10.0.0.7', '0.0.0.0'],
    ['fd00::7', '::'],
  ])('makes replicas listen, in a cluster with addresses such as %s, on %s', (POD_IP, host) => {
    expect(read({ ...NEEDED, POD_IP }).replicaHost).toBe(host);
  });

  const STRINGS = 'must be JSON such as {"example.com/team":"a"}';
  const OWN_LABELS =
    "must not have labels of the gateway's own: mcp-gateway.io/…, app.kubernetes.io/name, app.kubernetes.io/instance, " +
    'app.kubernetes.io/component, app.kubernetes.io/part-of, app.kubernetes.io/managed-by, mcp-gateway.io/gateway, ' +
    'mcp-gateway.io/kind, mcp-gateway.io/name, azure.workload.identity/use, apps.kubernetes.io/pod-index, ' +
    'statefulset.kubernetes.io/pod-name, controller-revision-hash';
  const TOLERATION = 'must be JSON such as [{"key":"mcp","operator":"Exists"}]; at 0:';
  const RESOURCES = 'must be JSON such as {"requests":{"cpu":"50m","memory":"128Mi"},"limits":{"memory":"512Mi"}}';
  const EGRESS = 'must be JSON such as [{"to":[{"ipBlock":{"cidr":"0.0.0.0/0"}}]}]';
  it.each([
    ['IMAGE_REGISTRY', 'registry/', 'must be a registry with or without a path, such as registry.example.com/mcp'],
    ['NAMESPACE', 'Adapter', 'must be lower-case letters, digits and inner hyphens'],
    ['GATEWAY_NAME', 'x'.repeat(64), 'must be at most 63 characters'],
    ['KUBERNETES_QPS', '0', 'must be at least 1'],
    ['KUBERNETES_QPS', '1001', 'must be at most 1000'],
    ['KUBERNETES_QPS', '1.5', 'must be a whole number'],
    ['IMAGE_PULL_POLICY', 'Sometimes', 'must be IfNotPresent, Always or Never'],
    ['ADAPTER_RESOURCES', '{', RESOURCES],
    ['ADAPTER_RESOURCES', '{"limits":{"gpu":"1"}}', `${RESOURCES}; at limits: Unrecognized key: "gpu"`],
    ['ADAPTER_RUN_AS_USER', '0', 'must be at least 1'],
    ['ADAPTER_TMP_SIZE', '1G', 'must be a quantity such as 256Mi'],
    ['ADAPTER_TMP_SIZE', '1GiB', 'must be a quantity such as 256Mi'],
    ['ADAPTER_TMP_SIZE', '-1Gi', 'must be a quantity such as 256Mi'],
    ['ADAPTER_DRAIN_SECONDS', 'ten', 'must be a number'],
    ['POD_IP', 'pod', 'must be an IP address, such as status.podIP of the pod'],
    ['ADAPTER_POD_LABELS', '{"app.kubernetes.io/component":"data-plane"}', OWN_LABELS],
    ['ADAPTER_POD_LABELS', '{"mcp-gateway.io/name":"other"}', OWN_LABELS],
    [
      'ADAPTER_POD_LABELS',
      '{"team":"a b"}',
      `${STRINGS}; at team: must have at most 63 letters, digits, "-", "_" and ".", and begin and end with a letter or digit`,
    ],
    [
      'ADAPTER_POD_ANNOTATIONS',
      '{"mcp-gateway.io/revision":"x"}',
      "must not have annotations of the gateway's own: mcp-gateway.io/…",
    ],
    ['ADAPTER_POD_ANNOTATIONS', '{"a":1}', `${STRINGS}; at a: Invalid input: expected string, received number`],
    [
      'ADAPTER_TOLERATIONS',
      '[{"key":"a","operator":"Exists","value":"b"}]',
      `${TOLERATION} must have no value with the operator Exists`,
    ],
    ['ADAPTER_TOLERATIONS', '[{"effect":"NoSchedule"}]', `${TOLERATION} must have a key, or the operator Exists`],
    [
      'ADAPTER_TOLERATIONS',
      '[{"key":"a","tolerationSeconds":1}]',
      `${TOLERATION} must have the effect NoExecute with tolerationSeconds`,
    ],
    ['ADAPTER_PRIORITY_CLASS', 'Low', 'must be the name of an object of the cluster, such as high'],
    ['ADAPTER_EGRESS', '{}', EGRESS],
    ['ADAPTER_EGRESS', '[{"nonsense":1}]', `${EGRESS}; at 0: Unrecognized key: "nonsense"`],
  ])('refuses %s=%s', (name, value, message) => {
    const refused = new ConfigError(`${name} ${message}`);
    expect(() => read({ ...NEEDED, [name]: value })).toThrow(refused);
  });
});
