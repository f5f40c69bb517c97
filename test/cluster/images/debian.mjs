import path from 'node:path';
import { run } from '../machine/command.mjs';

/** What the images of this folder are made of. */
export const DEBIAN = 'bookworm';

/**
 * Unpacks packages of Debian, and what they need, into an archive for `ADD debian.tar /`. None of their scripts run.
 * @param {string} context the folder of the archive
 * @param {readonly string[]} packages
 * @param {readonly string[]} [without] paths that nothing needs, as the shell expands them
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
