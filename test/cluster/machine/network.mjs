import fs from 'node:fs';
import { run } from './command.mjs';
import { identify } from './processes.mjs';

/** @typedef {import('../instance.mjs').Instance} Instance */

/** @param {Instance} instance */
const namespaceFile = ({ name }) => `/run/netns/${name}`;

/**
 * The prefix of a command that is to run in the cluster's network. Not `ip netns exec`, which hides the cgroups.
 * @param {Instance} instance
 */
export const inNetwork = (instance) => ['nsenter', `--net=${namespaceFile(instance)}`];

/**
 * Makes a network namespace for the cluster, and a pair of devices between it and the machine's. Traffic to pods and services
 * passes through the pair too, so that processes outside can connect to them.
 * @param {Instance} instance
 */
export async function createNetwork(instance) {
  const { name, devices, address, outside, pods, services } = instance;
  await run('ip', ['netns', 'add', name]);
  await run('ip', ['link', 'add', devices.outside, 'type', 'veth', 'peer', 'name', devices.inside, 'netns', name]);
  await run('ip', ['address', 'add', `${outside}/24`, 'dev', devices.outside]);
  await run('ip', ['link', 'set', devices.outside, 'up']);
  for (const range of [pods, services]) await run('ip', ['route', 'add', range, 'via', address]);

  const [command = '', ...enter] = inNetwork(instance);
  const inside = (/** @type {string[]} */ ...args) => run(command, [...enter, ...args]);
  await inside('ip', 'link', 'set', 'lo', 'up');
  await inside('ip', 'address', 'add', `${address}/24`, 'dev', devices.inside);
  await inside('ip', 'link', 'set', devices.inside, 'up');
  await inside('ip', 'route', 'add', 'default', 'via', outside);
  await inside('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
}

/**
 * Removes the devices and the routes too.
 * @param {Instance} instance
 */
export async function removeNetwork(instance) {
  if (!fs.existsSync(namespaceFile(instance))) return;
  // The kernel removes a namespace later; the device must be gone now.
  await run('ip', ['link', 'delete', instance.devices.outside]).catch(() => {});
  await run('ip', ['netns', 'delete', instance.name]);
}

/**
 * All processes in the cluster's network: its programs and the shims between containerd and containers; not the processes
 * in pods, each of which has a network of its own.
 * @param {Instance} instance
 */
export async function processesIn(instance) {
  if (!fs.existsSync(namespaceFile(instance))) return [];
  const pids = await run('ip', ['netns', 'pids', instance.name]);
  return pids
    .split('\n')
    .filter(Boolean)
    .map((pid) => identify(Number(pid)));
}
