import { readFile } from 'node:fs/promises';
import { run } from '../../cluster/machine/command.mjs';
import { cluster } from '../../cluster/support/cluster.js';
import { kubeconfig } from '../../cluster/support/kubectl.js';
import { repository } from '../../support/launch.js';
import { CHART } from './helm.js';

const TIMEOUT_MS = 300_000;

/** The shell commands of a section of docs/helm.md, block by block. */
export async function shellBlocks(heading: string): Promise<string[]> {
  const page = await readFile(repository('docs/helm.md'), 'utf8');
  const section = new RegExp(`^(#+) ${heading}\n(.*?)^\\1 `, 'ms').exec(page)?.[2] ?? '';
  return Array.from(section.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = '']) => block);
}

export interface Shell {
  /** Where the commands run; the certificate of the issuer is in it, as `ca.crt`. */
  folder: string;
  /** Values of `helm install` that only this machine needs. */
  install: readonly string[];
}

/**
 * Runs commands of the documentation. `helm`, `kubectl` and `curl` are those of the cluster.
 * @returns standard output
 * @throws Error with standard error when a command fails
 */
export function runDocumented(commands: string, { folder, install }: Shell): Promise<string> {
  const { helm, kubectl } = cluster.programs;
  const script = `set -e
    IMAGES=localhost/mcp-gateway CHART='${CHART}'
    helm() { case $1 in install) '${helm}' "$@" ${install.join(' ')} ;; *) '${helm}' "$@" ;; esac }
    kubectl() { '${kubectl}' "$@"; }
    curl() { command curl --cacert '${folder}/ca.crt' --max-time 30 "$@"; }
    ${commands}`;
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig };
  return run('sh', ['-c', script], { env, cwd: folder, timeout: TIMEOUT_MS });
}
