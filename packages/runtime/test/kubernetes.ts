import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createLogger } from '@mcp-gateway/platform/logging';
import { scriptArchive } from '../../../test/cluster/images/script.mjs';
import { loadImage } from '../../../test/cluster/support/images.js';
import { kubeconfig } from '../../../test/cluster/support/kubectl.js';
import { kubernetesRuntime, type KubernetesSettings } from '../src/kubernetes/runtime.js';
import type { Runtime } from '../src/index.js';
import { DEFAULTS } from './settings.js';

const silent = createLogger('test', 'silent');

/** The settings of a separate gateway with this namespace. */
export const settingsFor = (namespace: string, more: Partial<KubernetesSettings> = {}): KubernetesSettings => ({
  ...DEFAULTS,
  namespace,
  callerNamespace: namespace,
  gateway: `test-${randomBytes(4).toString('hex')}`,
  kubeconfig,
  imageRegistry: 'localhost',
  resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
  tmpSize: '16Mi',
  drainSeconds: 1,
  ...more,
});

/** Loads the image `server`, version `1`, on the node: server.mjs. */
export async function loadServer(): Promise<void> {
  await loadImage(
    await scriptArchive('localhost/server:1', await readFile(new URL('server.mjs', import.meta.url), 'utf8')),
  );
}

export const startRuntime = (settings: KubernetesSettings): Promise<Runtime & { close(): Promise<void> }> =>
  kubernetesRuntime(settings, silent);
