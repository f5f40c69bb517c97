import { run } from '../machine/command.mjs';
import { socket } from './folder.mjs';

/**
 * Loads the images of an archive into the node, under the names in the archive.
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
