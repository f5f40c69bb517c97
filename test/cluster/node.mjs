import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { flags, run } from './command.mjs';
import { kubectl } from './control-plane.mjs';
import { pidOf, startDaemon } from './daemon.mjs';
import { inNetwork } from './network.mjs';
import { configurations, KUBELET_HEALTH_PORT } from './node-configuration.mjs';
import { daemonReady } from './ready.mjs';

const START_MS = 30_000;
const POLL_MS = 50;

/** @typedef {import('./cluster.mjs').Cluster} Cluster */

/**
 * The node has a /run, /var/lib and /var/log of its own: containerd and kubelet keep things in fixed places there, which
 * two of them must not share, and whatever is mounted in them goes when the last process does.
 */
const OWN_FOLDERS = ['run', 'var/lib', 'var/log'];
const OWN_VIEW = `
  set -e
  mount --make-rshared /
  for each in ${OWN_FOLDERS.join(' ')}; do mount --bind "$0/$each" "/$each"; done
  exec "$@"
`;

/** @param {Cluster['instance']} instance */
const nodeFolder = ({ folder }) => path.join(folder, 'node');

/** @param {Cluster['instance']} instance */
const socket = (instance) => path.join(nodeFolder(instance), 'run/containerd/containerd.sock');

/** @param {Cluster} cluster */
export async function startContainerd({ instance, programs }) {
  const { folder } = instance;
  const node = nodeFolder(instance);
  for (const own of OWN_FOLDERS) fs.mkdirSync(path.join(node, own), { recursive: true });
  for (const [name, text] of Object.entries(configurations(instance))) fs.writeFileSync(path.join(folder, name), text);
  fs.mkdirSync(path.join(folder, 'cni'));
  fs.renameSync(path.join(folder, 'pods.conflist'), path.join(folder, 'cni/pods.conflist'));

  const containerd = String(programs.containerd);
  const command = [containerd, '--config', path.join(folder, 'containerd.toml')];
  startDaemon(
    folder,
    'containerd',
    [...inNetwork(instance), 'unshare', '--mount', 'sh', '-c', OWN_VIEW, node, ...command],
    path.dirname(containerd), // where the shim is
  );
  const deadline = Date.now() + START_MS;
  while (!fs.existsSync(socket(instance))) {
    pidOf(folder, 'containerd');
    if (Date.now() > deadline) throw new Error(`containerd has not started after 30 s; see ${folder}.`);
    await delay(POLL_MS);
  }
}

/**
 * The one node that runs pods for real: beside containerd a kubelet, kube-proxy, and CoreDNS at the node's address.
 * @param {Cluster} cluster
 */
export async function startNode({ instance, programs }) {
  const { folder } = instance;
  const enter = inNetwork(instance);
  const start = (/** @type {string} */ name, /** @type {string[]} */ ...command) => startDaemon(folder, name, command);
  const file = (/** @type {string} */ name) => path.join(folder, name);
  const ownView = `--mount=/proc/${pidOf(folder, 'containerd')}/ns/mnt`;
  const kubelet = flags({
    config: file('kubelet.yaml'),
    kubeconfig: file('kubelet.kubeconfig'),
    'hostname-override': 'node',
    'node-ip': instance.address,
  });
  start('kubelet', ...enter, ownView, String(programs.kubelet), ...kubelet);
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

/**
 * Makes the images of an archive known to the node, under the names that are in it.
 * @param {Cluster} cluster
 * @param {string} archive of docker or OCI
 */
export async function loadArchive({ instance, programs }, archive) {
  await run(String(programs.ctr), [
    '--address',
    socket(instance),
    '--namespace',
    'k8s.io',
    'images',
    'import',
    archive,
  ]);
}
