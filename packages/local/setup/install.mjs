import fs from 'node:fs';
import path from 'node:path';
import { installEnvironment } from './environment.mjs';
import { checkLibc, pinnedNode, root, rootPackage } from './machine.mjs';
import { fingerprint, readStamp, removeStamp, writeStamp } from './stamp.mjs';
import { step, SetupError } from './step.mjs';

const STAMP = 'installed';
const SILENT_MS = 15_000;
const REMEDY =
  'Check the network. Behind a proxy, set HTTPS_PROXY; for another registry, use `npm config set registry URL`.';

export function isInstalled() {
  return readStamp(STAMP) === inputs() && fs.existsSync(pinnedNode()) && workspaceFolders().every(hasItsDependencies);
}

/** @param {import('./lock.mjs').Lock} lock */
export async function install(lock) {
  checkLibc();
  const pnpm = String(rootPackage().packageManager);
  const first = !fs.existsSync(pinnedNode());
  removeStamp(STAMP);
  await step(
    first ? 'Installing dependencies (first time, about half a minute)' : 'Installing dependencies',
    // `remark` finds the failed requests in this output.
    ['npx', '-y', '--prefer-offline', '--loglevel=http', pnpm, 'install', '--frozen-lockfile'],
    { cwd: root, env: installEnvironment(), onSpawn: lock.share, advice: (output) => advice(output, pnpm), remark },
  );
  if (!fs.existsSync(pinnedNode())) {
    // pnpm skips an optional dependency that it cannot download.
    throw new SetupError(`Node.js for this machine was not installed (${pinnedNode()}). Run the same command again.`);
  }
  writeStamp(STAMP, inputs());
}

function inputs() {
  const manifests = workspaceFolders().map((folder) => path.join(folder, 'package.json'));
  return fingerprint(
    ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests],
    `${process.platform}-${process.arch}`, // a Mac and a Linux container can share a folder
  );
}

function workspaceFolders() {
  const [, list = ''] = /^packages:\n((?: +- .*\n)+)/m.exec(read('pnpm-workspace.yaml')) ?? [];
  return [...list.matchAll(/- ['"]?([^'"\n]+)/g)]
    .flatMap(([, pattern = '']) => (pattern.endsWith('/*') ? foldersIn(pattern.slice(0, -2)) : [pattern]))
    .filter((folder) => fs.existsSync(path.join(root, folder, 'package.json')));
}

/** @param {string} parent */
function foldersIn(parent) {
  const absolute = path.join(root, parent);
  return fs.existsSync(absolute) ? fs.readdirSync(absolute).map((name) => path.join(parent, name)) : [];
}

/** @param {string} folder */
function hasItsDependencies(folder) {
  const { dependencies, devDependencies } = JSON.parse(read(path.join(folder, 'package.json')));
  return !(dependencies || devDependencies) || fs.existsSync(path.join(root, folder, 'node_modules'));
}

/** @param {string} file */
function read(file) {
  return fs.readFileSync(path.join(root, file), 'utf8');
}

/**
 * @param {string} output
 * @param {string} pnpm
 */
function advice(output, pnpm) {
  if (output.includes('ERR_PNPM_OUTDATED_LOCKFILE')) {
    return `pnpm-lock.yaml does not fit the package.json files: run \`npx -y ${pnpm} install\` and commit the lock file.`;
  }
  if (/npx:.*not found/.test(output)) {
    return 'npx was not found; it comes with Node.js. Install npm and run the same command again.';
  }
  if (output.includes('ENOSPC')) return 'The disk is full; the dependencies need about a gigabyte.';
  if (/EACCES|EPERM|EROFS/.test(output))
    return `Somebody else owns part of ${root}; make it yours (chown) and try again.`;
  if (/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|FETCH/.test(output)) {
    return `The package registry (${registry()}) did not answer. ${REMEDY} Then run the same command again.`;
  }
  return 'Installing the dependencies failed; the reason is above. Once it is solved, run the same command again.';
}

/**
 * npm and pnpm retry for more than a minute and print nothing meanwhile.
 * @param {string} output
 * @param {number} silentMs
 */
function remark(output, silentMs) {
  const [, ofNpm, ofPnpm] = /attempt \d+ failed with (\w+)|error \((\w+)\)\. Will retry/.exec(output) ?? [];
  const code = ofNpm ?? ofPnpm;
  const end = 'It is asked again for a minute or two.';
  if (code) return `The package registry (${registry()}) does not answer: ${code}. ${end} ${REMEDY}`;
  if (silentMs < SILENT_MS || / done$/m.test(output)) return undefined;
  return `The package registry (${registry()}) has not answered yet. ${REMEDY}`;
}

/** The URL without its user name and password. */
function registry() {
  const { npm_config_registry: url = 'https://registry.npmjs.org/' } = process.env;
  return URL.canParse(url) ? `${new URL(url).origin}${new URL(url).pathname}` : 'its URL is not valid';
}
