import fs from 'node:fs';
import path from 'node:path';
import { build } from './binaries/build.mjs';
import { claim } from './claim.mjs';
import { createCertificates } from './control-plane/certificates.mjs';
import { startControlPlane } from './control-plane/start.mjs';
import { exampleArchive } from './images/example.mjs';
import { pauseArchive } from './images/pause.mjs';
import { createCgroups, processesInPods, removeCgroups } from './machine/cgroups.mjs';
import { checkMachine } from './machine/check.mjs';
import { killDaemon } from './machine/daemon.mjs';
import { createNetwork, processesIn, removeNetwork } from './machine/network.mjs';
import { end } from './machine/processes.mjs';
import { loadArchive } from './node/load.mjs';
import { startContainerd, startNode } from './node/start.mjs';

/**
 * @typedef {import('./instance.mjs').Instance} Instance
 * @typedef {import('./instance.mjs').Cluster} Cluster
 */

/**
 * Starts a cluster with a Ready node that has the image of the example server.
 * @param {{ number?: number | undefined, holds?: boolean }} options `number`: the instance, default any free one;
 *   `holds`: other processes may remove the cluster once this process has ended
 * @returns {Promise<Cluster>}
 * @throws Error that lists everything that the machine lacks
 */
export async function up({ number, holds = false } = {}) {
  checkMachine();
  const programs = await build();
  const archives = [await pauseArchive(programs), await exampleArchive()];
  const instance = await claim({ number, holds, clear: down });
  const cluster = { instance, programs };
  try {
    createCgroups(instance);
    await Promise.all([createNetwork(instance), createCertificates(instance)]);
    await Promise.all([startControlPlane(cluster), startContainerd(cluster).then(() => loadAll(cluster, archives))]);
    await startNode(cluster);
    fs.writeFileSync(clusterFile(instance.folder), JSON.stringify(cluster));
  } catch (error) {
    await down(instance);
    throw error;
  }
  return cluster;
}

/**
 * Ends a cluster in any state and removes everything that belongs to it.
 * @param {Instance} instance
 */
export async function down(instance) {
  await killDaemon(instance.folder, 'kubelet'); // otherwise it restarts the processes that end
  await end(processesInPods(instance), 'SIGKILL');
  await end(await processesIn(instance), 'SIGKILL');
  await end(processesInPods(instance), 'SIGKILL'); // containers that containerd was about to start
  await removeCgroups(instance);
  await removeNetwork(instance);
  fs.rmSync(instance.folder, { recursive: true, force: true });
}

/**
 * @param {string} folder
 * @returns {Cluster} the cluster that runs there
 */
export function readCluster(folder) {
  if (fs.existsSync(clusterFile(folder))) return JSON.parse(fs.readFileSync(clusterFile(folder), 'utf8'));
  throw new Error(`No cluster runs in ${folder}.`);
}

/**
 * @param {Cluster} cluster
 * @param {readonly string[]} archives
 */
async function loadAll(cluster, archives) {
  for (const archive of archives) await loadArchive(cluster, archive);
}

/** @param {string} folder */
const clusterFile = (folder) => path.join(folder, 'cluster.json');
