import { join } from 'node:path';
import { cluster } from '../../cluster/support/cluster.js';
import { kubeconfig } from '../../cluster/support/kubectl.js';
import { run } from '../../cluster/machine/command.mjs';
import { folder } from '../../support/after-tests.js';
import { repository } from '../../support/launch.js';

export const CHART = repository('charts/mcp-gateway');

const TIMEOUT_MS = 300_000;

/**
 * Runs Helm as the administrator, without the settings of the current user.
 * @returns standard output
 * @throws Error with standard error when Helm fails
 */
export async function helm(...args: string[]): Promise<string> {
  const home = await folder();
  const own = Object.fromEntries(['CACHE', 'CONFIG', 'DATA'].map((name) => [`HELM_${name}_HOME`, join(home, name)]));
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig, ...own };
  return run(String(cluster.programs['helm']), args, { env, timeout: TIMEOUT_MS });
}

/** `--values` of a file in ../values. */
export const valuesOf = (name: string): string => `--values=${repository(`test/chart/values/${name}.yaml`)}`;

/** The same for a whole render. The trial values need the cluster, with which Helm generates the passwords. */
export const renderOf = (name: string): string[] => [valuesOf(name), ...(name === 'trial' ? ['--dry-run=server'] : [])];
