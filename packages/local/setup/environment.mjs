import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pinnedNode, root } from './machine.mjs';

const BIN = path.join(root, 'node_modules', '.bin');
const CACHE = path.join(root, 'node_modules', '.cache');

/** The settings that select the package registry and the way to it; other npm_config_* describe the npm command above. */
const REGISTRY_CONFIG =
  /^npm_config_(registry|cache|userconfig|globalconfig|.*proxy|ca|cafile|cert|key|strict.ssl|fetch.*|maxsockets|offline|prefer.offline|.*[:/].*)$/i;

/**
 * The environment of npx and pnpm. npm exports its own configuration as npm_config_*, and pnpm would apply `omit`, `global`,
 * `ignore_scripts` or `workspace` of an outer command to itself. Both run on the Node that runs npm, not on the one
 * that they install.
 */
export function installEnvironment() {
  const { NODE_ENV: _, npm_node_execpath: npmNode = process.execPath, PATH = '', ...rest } = withoutModulePath();
  const kept = Object.entries(rest).filter(([name]) => !/^npm_config_/i.test(name) || REGISTRY_CONFIG.test(name));
  const folders = PATH.split(path.delimiter).filter((folder) => path.resolve(folder) !== BIN);
  return {
    ...Object.fromEntries(kept),
    ...substituteHome(),
    CI: 'true', // otherwise pnpm asks before it replaces a folder
    PATH: [path.dirname(npmNode), ...folders].join(path.delimiter),
  };
}

/**
 * The environment of everything that the project runs: the project's own Node and commands come first on PATH. Node caches compiled
 * code for the next start, and runs without the cache where it cannot write.
 */
export function projectEnvironment() {
  const env = withoutModulePath();
  return {
    NODE_COMPILE_CACHE: path.join(CACHE, 'compiled'),
    ...env,
    PATH: [path.dirname(pinnedNode()), BIN, env.PATH].join(path.delimiter),
  };
}

/** npm starts this file through pnpm's shim of Node, whose NODE_PATH would let every package import all others. */
function withoutModulePath() {
  const { NODE_PATH, ...env } = process.env;
  const outside = (NODE_PATH ?? '').split(path.delimiter).filter((folder) => folder && !folder.startsWith(root));
  return outside.length > 0 ? { ...env, NODE_PATH: outside.join(path.delimiter) } : env;
}

/** npm and pnpm store downloads below the home folder; where that is not writable, they get a folder in the clone. */
function substituteHome() {
  const home = homeFolder();
  const { npm_config_userconfig = path.join(home, '.npmrc'), npm_config_cache = home } = process.env;
  try {
    fs.accessSync(`${home}/.`, fs.constants.W_OK);
    return {};
  } catch {
    const HOME = path.join(CACHE, 'home');
    // npm exports the cache folder that it would use.
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
