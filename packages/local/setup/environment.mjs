import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pinnedNode, root } from './machine.mjs';

const BIN = path.join(root, 'node_modules', '.bin');
const CACHE = path.join(root, 'node_modules', '.cache');

/** What says where packages come from and how to get there; the rest of npm_config_* is about the npm command above. */
const REGISTRY_CONFIG =
  /^npm_config_(registry|cache|userconfig|globalconfig|.*proxy|ca|cafile|cert|key|strict.ssl|fetch.*|maxsockets|offline|prefer.offline|.*[:/].*)$/i;

/**
 * For npx and pnpm. npm hands its own configuration down as npm_config_*, and pnpm would take `omit`, `global`,
 * `ignore_scripts` or `workspace` of an outer command for its own. They run on the Node that runs npm, not on the one
 * they are about to install.
 */
export function installEnvironment() {
  const { NODE_ENV: _, npm_node_execpath: npmNode = process.execPath, PATH = '', ...rest } = withoutModulePath();
  const kept = Object.entries(rest).filter(([name]) => !/^npm_config_/i.test(name) || REGISTRY_CONFIG.test(name));
  const folders = PATH.split(path.delimiter).filter((folder) => path.resolve(folder) !== BIN);
  return {
    ...Object.fromEntries(kept),
    ...substituteHome(),
    CI: 'true', // or pnpm asks before it replaces a folder
    PATH: [path.dirname(npmNode), ...folders].join(path.delimiter),
  };
}

/**
 * For everything that the project runs: its own Node and its own commands come first. Compiled code is kept for the next
 * start; Node does without where it cannot write.
 */
export function projectEnvironment() {
  const env = withoutModulePath();
  return {
    NODE_COMPILE_CACHE: path.join(CACHE, 'compiled'),
    ...env,
    PATH: [path.dirname(pinnedNode()), BIN, env.PATH].join(path.delimiter),
  };
}

/** npm starts this file by pnpm's shim of Node, which lets every package see all others through NODE_PATH. */
function withoutModulePath() {
  const { NODE_PATH, ...env } = process.env;
  const outside = (NODE_PATH ?? '').split(path.delimiter).filter((folder) => folder && !folder.startsWith(root));
  return outside.length > 0 ? { ...env, NODE_PATH: outside.join(path.delimiter) } : env;
}

/** npm and pnpm keep what they download below the home folder; where they cannot write to it, they get one in the clone. */
function substituteHome() {
  const home = homeFolder();
  const { npm_config_userconfig = path.join(home, '.npmrc'), npm_config_cache = home } = process.env;
  try {
    fs.accessSync(`${home}/.`, fs.constants.W_OK);
    return {};
  } catch {
    const HOME = path.join(CACHE, 'home');
    // npm hands down the cache that it would use.
    const cache = npm_config_cache.startsWith(home) ? { npm_config_cache: path.join(HOME, '.npm') } : {};
    return { HOME, ...cache, npm_config_userconfig };
  }
}

function homeFolder() {
  try {
    return os.homedir();
  } catch {
    return '/'; // HOME is not set, and the system does not know this user
  }
}
