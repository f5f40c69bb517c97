import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './step.mjs';

export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

const OLDEST_NODE = 20;

/** @throws SetupError that explains the problem, before anything is downloaded. */
export function checkMachine() {
  const { platform, arch, versions } = process;
  if (Number(versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new SetupError(
      `Node.js ${versions.node} is too old: MCP Gateway needs ${OLDEST_NODE} or newer. Get one from https://nodejs.org and try again.`,
    );
  }
  if (platform === 'win32') {
    throw new SetupError(
      'MCP Gateway runs on Linux and macOS. On Windows use WSL: run `wsl --install`, and clone and start it in there.',
    );
  }
  if (!['linux', 'darwin'].includes(platform) || !['x64', 'arm64'].includes(arch)) {
    throw new SetupError(`MCP Gateway runs on Linux and macOS, x64 and arm64; this is ${platform} ${arch}.`);
  }
}

/** The installed binaries are linked against glibc. @throws SetupError on Alpine and other musl systems. */
export function checkLibc() {
  if (process.platform !== 'linux') return;
  Object.assign(process.report, { excludeNetwork: true }); // otherwise the report resolves the host name of every peer
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  if (!header.glibcVersionRuntime) {
    throw new SetupError(
      'MCP Gateway needs a Linux with glibc, such as Debian, Ubuntu or Fedora; this one (Alpine?) has another C library.',
    );
  }
}

/** Everything but the set-up runs on this Node: an optional dependency of the root package, one per platform. */
export function pinnedNode() {
  const { optionalDependencies } = rootPackage();
  const names = Object.keys(optionalDependencies);
  const name = names.find((each) => each.endsWith(`-${process.platform}-${process.arch}`));
  return path.join(root, 'node_modules', String(name), 'bin', 'node');
}

export function rootPackage() {
  return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
}
