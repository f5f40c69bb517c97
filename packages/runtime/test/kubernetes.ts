import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createLogger } from '@mcp-gateway/common/logging';
import { scriptArchive } from '../../../test/cluster/images/script.mjs';
import { loadImage } from '../../../test/cluster/support/images.js';
import { kubeconfig } from '../../../test/cluster/support/kubectl.js';
import { kubernetesRuntime, type KubernetesSettings } from '../src/kubernetes/index.js';
import type { Runtime } from '../src/index.js';

const silent = createLogger('test', 'silent');

/** What a gateway of its own is told that runs replicas in this namespace. */
export const settingsFor = (namespace: string, more: Partial<KubernetesSettings> = {}): KubernetesSettings => ({
  namespace,
  gateway: `test-${randomBytes(4).toString('hex')}`,
  kubeconfig,
  apiServer: undefined,
  requestsPerSecond: 50,
  imageRegistry: 'localhost',
  allowedImages: [],
  imagePullSecrets: [],
  imagePullPolicy: 'IfNotPresent',
  allowedSecrets: [],
  workloadIdentityServiceAccount: undefined,
  resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
  runAsUser: 65_532,
  replicaHost: '0.0.0.0',
  tmpSize: '16Mi',
  podLabels: {},
  podAnnotations: {},
  nodeSelector: {},
  tolerations: [],
  priorityClassName: undefined,
  runtimeClassName: undefined,
  drainSeconds: 1,
  callerNamespace: namespace,
  egress: undefined,
  autoscaled: [],
  ...more,
});

/** Makes the image `server`, version `1`, known to the node: server.mjs, which does as it is told. */
export async function loadServer(): Promise<void> {
  await loadImage(
    await scriptArchive('localhost/server:1', await readFile(new URL('server.mjs', import.meta.url), 'utf8')),
  );
}

export const startRuntime = (settings: KubernetesSettings): Promise<Runtime & { close(): Promise<void> }> =>
  kubernetesRuntime(settings, silent);
