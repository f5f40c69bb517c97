import path from 'node:path';
import { run } from '../machine/command.mjs';

const TIMEOUT_MS = 120_000;

/**
 * Runs kubectl as the administrator.
 * @param {import('../instance.mjs').Cluster} cluster
 * @param {readonly string[]} args
 * @param {string} [input]
 */
export function kubectl({ instance, programs }, args, input = '') {
  const kubeconfig = path.join(instance.folder, 'admin.kubeconfig');
  return run(String(programs.kubectl), ['--kubeconfig', kubeconfig, ...args], { input, timeout: TIMEOUT_MS });
}
