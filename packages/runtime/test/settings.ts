import type { KubernetesSettings } from '../src/kubernetes/settings.js';

/** What a worker has that is told nothing but its registry. */
export const DEFAULTS: KubernetesSettings = {
  namespace: 'adapter',
  gateway: 'mcp-gateway',
  kubeconfig: undefined,
  apiServer: undefined,
  requestsPerSecond: 50,
  imageRegistry: 'registry.example.com/mcp',
  allowedImages: [],
  imagePullSecrets: [],
  imagePullPolicy: 'IfNotPresent',
  allowedSecrets: [],
  workloadIdentityServiceAccount: undefined,
  resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
  runAsUser: 65_532,
  tmpSize: '256Mi',
  drainSeconds: 10,
  callerNamespace: 'adapter',
  egress: undefined,
  autoscaled: [],
};
