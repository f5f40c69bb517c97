import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from '../machine/command.mjs';
import { root } from '../root.mjs';

/**
 * Gives a build this machine's access to the package registry: its npm configuration, its certificates, its package store.
 * Mounts them for the build only, so that no image contains them.
 * @param {string} temporary a folder that is removed after the build
 * @returns {Promise<string[]>} options of `buildah build`
 */
export async function registryAccess(temporary) {
  const { npm_config_userconfig: own = path.join(os.homedir(), '.npmrc'), NODE_EXTRA_CA_CERTS: certificates } =
    process.env;
  const registry = (await run('npm', ['config', 'get', 'registry'], { cwd: root })).trim();
  const store = path.join(os.homedir(), '.local/share/pnpm/store');
  fs.mkdirSync(store, { recursive: true });
  const lines = [
    fs.existsSync(own) ? fs.readFileSync(own, 'utf8') : '',
    `registry=${registry}`,
    `store-dir=${store}`,
    ...(certificates ? [`cafile=${certificates}`] : []),
  ];
  const npmrc = path.join(temporary, 'npmrc');
  fs.writeFileSync(npmrc, lines.join('\n'), { mode: 0o600 });
  const volumes = [
    `${npmrc}:/root/.npmrc:ro`,
    `${store}:${store}`,
    ...(certificates ? [`${certificates}:${certificates}:ro`] : []),
  ];
  return volumes.map((volume) => `--volume=${volume}`);
}
