import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify } from './processes.mjs';

const POLL_MS = 50;

/**
 * The cluster's own folder in each cgroup hierarchy. Two kubelets in one folder would end each other's pods as
 * left-overs.
 * @param {import('../instance.mjs').Instance} instance
 */
export function createCgroups(instance) {
  for (const folder of foldersOf(instance)) fs.mkdirSync(folder, { recursive: true });
}

/**
 * @param {import('../instance.mjs').Instance} instance
 * @returns all processes in the cluster's pods
 */
export function processesInPods(instance) {
  const pids = foldersOf(instance)
    .flatMap((folder) => [folder, ...foldersBelow(folder)])
    .flatMap((folder) => read(path.join(folder, 'cgroup.procs')).split('\n').filter(Boolean));
  return [...new Set(pids)].map((pid) => identify(Number(pid)));
}

/**
 * Removes the cgroups. Call it once all processes in them have ended; the kernel may need a moment more to notice.
 * @param {{ name: string }} instance
 */
export async function removeCgroups(instance) {
  const folders = foldersOf(instance).flatMap((folder) => [folder, ...foldersBelow(folder)]);
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) await remove(folder);
}

/**
 * @param {string} folder
 * @param {number} [tries]
 */
async function remove(folder, tries = 100) {
  try {
    if (fs.existsSync(folder)) fs.rmdirSync(folder);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EBUSY' || tries === 0) throw error;
    await delay(POLL_MS);
    await remove(folder, tries - 1);
  }
}

/**
 * One folder per controller in cgroup version 1, one for all in version 2; some machines have both, and then runc uses both.
 * @param {{ name: string }} instance
 */
function foldersOf({ name }) {
  const mounts = read('/proc/self/mounts')
    .split('\n')
    .map((line) => line.split(' '));
  return mounts.flatMap(([, folder = '', type]) => (/^cgroup2?$/.test(type ?? '') ? [path.join(folder, name)] : []));
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function foldersBelow(folder) {
  if (!fs.existsSync(folder)) return [];
  const entries = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map((entry) => path.join(folder, entry.name)).flatMap((below) => [below, ...foldersBelow(below)]);
}

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return ''; // the cgroup disappeared meanwhile
  }
}
