import fs from 'node:fs';
import path from 'node:path';
import { run } from '../machine/command.mjs';
import { root } from '../root.mjs';

/**
 * Copies a package of the workspace and its production dependencies to a folder outside the workspace.
 * @param {string} folder of the package, from the root
 * @param {string} to
 */
export async function deployPackage(folder, to) {
  const deploy = ['deploy', '--legacy', '--prod', '--no-optional', '--prefer-offline', to];
  await run('npx', ['-y', '--prefer-offline', pnpm(), '--filter', `./${folder}`, ...deploy], { cwd: root });
}

/** @returns {string} the version that the project pins, such as `pnpm@10.0.0` */
function pnpm() {
  return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).packageManager;
}
