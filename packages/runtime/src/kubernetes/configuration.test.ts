import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from '@mcp-gateway/common/config';
import { z } from 'zod';
import { DEFAULTS } from '../../test/settings.js';
import { kubernetesFields, kubernetesSettings } from './configuration.js';

const NEEDED = { IMAGE_REGISTRY: 'registry.example.com/mcp' };
const read = (environment: Record<string, string>) =>
  kubernetesSettings(readConfig(z.object(kubernetesFields), environment));

describe('the configuration of the Kubernetes runtime', () => {
  it('needs a registry, and has defaults for the rest', () => {
    expect(read(NEEDED)).toStrictEqual(DEFAULTS);
    expect(() => read({})).toThrow('IMAGE_REGISTRY is required: the registry, with or without a path,');
  });

  it('takes everything that can be said', () => {
    const egress = [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }];
    const said = {
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
      ADAPTER_CALLER_NAMESPACE: 'gateway',
      ADAPTER_EGRESS: JSON.stringify(egress),
      AUTOSCALED_ADAPTERS: 'echo',
    };
    expect(read(said)).toStrictEqual({
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
      callerNamespace: 'gateway',
      egress,
      autoscaled: ['echo'],
    });
  });

  it.each([
    ['10.96.0.1', '443', 'https://10.96.0.1:443'],
    ['fd00::1', '6443', 'https://[fd00::1]:6443'],
  ])('reaches the API server where pods are told that it is: %s, %s', (host, port, url) => {
    const told = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port };
    expect(read({ ...NEEDED, ...told })).toStrictEqual({ ...DEFAULTS, apiServer: url });
  });

  it('lets callers in from the namespace of the adapters unless told otherwise', () => {
    expect(read({ ...NEEDED, NAMESPACE: 'mcp' }).callerNamespace).toBe('mcp');
  });

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
    ['ADAPTER_EGRESS', '{}', EGRESS],
    ['ADAPTER_EGRESS', '[{"nonsense":1}]', `${EGRESS}; at 0: Unrecognized key: "nonsense"`],
  ])('refuses %s=%s', (name, value, message) => {
    const refused = new ConfigError(`${name} ${message}`);
    expect(() => read({ ...NEEDED, [name]: value })).toThrow(refused);
  });
});
