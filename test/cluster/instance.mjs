import os from 'node:os';
import path from 'node:path';

/** One for each range of service addresses. */
export const INSTANCES = 16;

/**
 * Names and addresses of one of the clusters that a machine may run at once. No two clusters share a name or an address.
 * Processes outside connect to pods and services through the network namespace, at `address`; pods connect
 * to processes outside at `outside`.
 * @typedef {ReturnType<typeof instance>} Instance
 * @typedef {{ instance: Instance, programs: Record<string, string> }} Cluster
 * @param {number} number
 */
export function instance(number) {
  if (!Number.isInteger(number) || number < 0 || number >= INSTANCES) {
    throw new Error(`An instance is a number from 0 to ${INSTANCES - 1}, not ${number}.`);
  }
  const name = `mcpgw-${number}`;
  const address = `10.99.${number}.1`;
  const services = `10.96.${number * 16}`;
  return {
    number,
    name, // of the network namespace and the cgroup
    folder: path.join(os.tmpdir(), `mcp-gateway-cluster-${number}`),
    // Names of network devices stop at 15 characters.
    devices: { inside: `${name}-in`, outside: `${name}-out` },
    address,
    outside: `10.99.${number}.2`,
    server: `https://${address}:6443`,
    pods: `10.244.${number}.0/24`,
    services: `${services}.0/20`,
    kubernetesService: `${services}.1`,
  };
}
