import { run } from '../machine/command.mjs';
import { socket } from './folder.mjs';

/**
 * Makes the images of an archive known to the node, under the names that are in it.
 * @param {import('../instance.mjs').Cluster} cluster
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
