import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { kubectl } from '../control-plane/kubectl.mjs';
import { flags } from '../machine/command.mjs';
import { pidOf, startDaemon } from '../machine/daemon.mjs';
import { inNetwork } from '../machine/network.mjs';
import { daemonReady } from '../machine/ready.mjs';
import { configurations, KUBELET_HEALTH_PORT } from './configuration.mjs';
import { nodeFolder, socket } from './folder.mjs';
import { inOwnView, inViewOf } from './own-view.mjs';

const START_MS = 30_000;
const POLL_MS = 50;

/** @typedef {import('../instance.mjs').Cluster} Cluster */

/** @param {Cluster} cluster */
export async function startContainerd({ instance, programs }) {
  const { folder } = instance;
  for (const [name, text] of Object.entries(configurations(instance))) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  const containerd = String(programs.containerd);
  const command = [containerd, '--config', path.join(folder, 'containerd.toml')];
  const shims = path.dirname(containerd);
  startDaemon(folder, 'containerd', [...inNetwork(instance), ...inOwnView(nodeFolder(instance)), ...command], shims);
  const deadline = Date.now() + START_MS;
  while (!fs.existsSync(socket(instance))) {
    pidOf(folder, 'containerd');
    if (Date.now() > deadline) throw new Error(`containerd has not started after 30 s; see ${folder}.`);
    await delay(POLL_MS);
  }
}

/**
 * Starts the one node that really runs pods: containerd, a kubelet, kube-proxy, and CoreDNS at the node's address.
 * @param {Cluster} cluster
 */
export async function startNode({ instance, programs }) {
  const { folder } = instance;
  const enter = inNetwork(instance);
  const start = (/** @type {string} */ name, /** @type {string[]} */ ...command) => startDaemon(folder, name, command);
  const file = (/** @type {string} */ name) => path.join(folder, name);
  const view = inViewOf(pidOf(folder, 'containerd'));
  const kubelet = flags({
    config: file('kubelet.yaml'),
    kubeconfig: file('kubelet.kubeconfig'),
    'hostname-override': 'node',
    'node-ip': instance.address,
  });
  start('kubelet', ...enter, ...view, String(programs.kubelet), ...kubelet);
  start('kube-proxy', ...enter, String(programs['kube-proxy']), '--config', file('kube-proxy.yaml'));
  start('coredns', ...enter, String(programs.coredns), '-conf', file('Corefile'));
  await nodeReady({ instance, programs });
}

/**
 * @param {Cluster} cluster
 * @throws Error when the kubelet has ended, or the node is not Ready within a minute or two
 */
export async function nodeReady(cluster) {
  const { folder, address } = cluster.instance;
  await daemonReady(folder, 'kubelet', `http://${address}:${KUBELET_HEALTH_PORT}/healthz`);
  await kubectl(cluster, ['wait', 'node/node', '--for=create', '--timeout=60s']);
  await kubectl(cluster, ['wait', 'node/node', '--for=condition=Ready', '--timeout=60s']);
}
