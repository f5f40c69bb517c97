import { randomBytes } from 'node:crypto';
import { createLogger } from '@mcp-gateway/common/logging';
import { kubernetesRuntime, type KubernetesSettings } from '../src/kubernetes/index.js';

/** Images of the tests are loaded into the node, and no registry is asked for a name that begins like this. */
const IMAGE_REGISTRY = 'localhost';

export const silent = createLogger('test', 'silent');

export const settingsFor = (kubeconfig: string, namespace: string): KubernetesSettings => ({
  namespace,
  gateway: `test-${randomBytes(4).toString('hex')}`,
  kubeconfig,
  requestsPerSecond: 50,
  imageRegistry: IMAGE_REGISTRY,
  allowedImages: [],
  imagePullSecrets: [],
  imagePullPolicy: 'IfNotPresent',
  allowedSecrets: [],
  workloadIdentityServiceAccount: undefined,
  resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
  runAsUser: 65_532,
  tmpSize: '16Mi',
  drainSeconds: 1,
  callerNamespace: namespace,
  egress: undefined,
  autoscaled: [],
});

export { kubernetesRuntime };
