import path from 'node:path';
import { run } from '../machine/command.mjs';

/** The Debian release of the images in this folder. */
export const DEBIAN = 'bookworm';

/**
 * Unpacks Debian packages and their dependencies into an archive for `ADD debian.tar /`. Runs none of their scripts.
 * @param {string} context the folder of the archive
 * @param {readonly string[]} packages
 * @param {readonly string[]} [without] paths to leave out, as shell patterns
 */
export async function unpackDebian(context, packages, without = []) {
  const hooks = without.map((pattern) => `--extract-hook=rm -rf "$1"${pattern}`);
  const include = `--include=${packages.join(',')}`;
  await run('mmdebstrap', [
    '--quiet',
    '--variant=extract',
    include,
    ...hooks,
    DEBIAN,
    path.join(context, 'debian.tar'),
  ]);
}
