import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { areBuilt } from '../binaries/build.mjs';

const OLDEST_GO = [1, 26];

/** Program → the Debian and Ubuntu package that contains it. */
const PACKAGES = {
  buildah: 'buildah',
  dockerd: 'docker.io',
  ip: 'iproute2',
  iptables: 'iptables',
  mmdebstrap: 'mmdebstrap',
  mount: 'mount',
  nsenter: 'util-linux',
  openssl: 'openssl',
  runc: 'runc',
  setpriv: 'util-linux',
  unshare: 'util-linux',
};

/** The same for files that are not on PATH. */
const FILES = {
  '/usr/lib/cni/ptp': 'containernetworking-plugins',
  '/usr/share/keyrings/debian-archive-keyring.gpg': 'debian-archive-keyring',
};

/** @throws Error that lists everything that this machine lacks, and how to install it */
export function checkMachine() {
  const lacks = [...system(), ...go(), ...packages()];
  if (lacks.length > 0) throw new Error(['No cluster can run on this machine:', ...lacks].join('\n  - '));
}

function system() {
  if (process.platform !== 'linux') return [`It takes Linux; this is ${process.platform}.`];
  return process.getuid?.() === 0
    ? []
    : ['It takes root, for namespaces and control groups: put `sudo -E env "PATH=$PATH"` before the command.'];
}

function go() {
  if (areBuilt()) return [];
  const { stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_GO;
  const isEnough = Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  return isEnough ? [] : [`It takes Go ${OLDEST_GO.join('.')} or newer, to build Kubernetes once: https://go.dev/dl`];
}

function packages() {
  const missing = missingPackages();
  return missing.length > 0 ? [`It takes packages: apt-get install ${missing.join(' ')}`] : [];
}

/** @returns {string[]} package names for apt-get; none on other systems than Linux */
export function missingPackages() {
  if (process.platform !== 'linux') return [];
  const missing = new Set(Object.entries(PACKAGES).flatMap(([program, name]) => (isOnPath(program) ? [] : [name])));
  for (const [file, name] of Object.entries(FILES)) if (!fs.existsSync(file)) missing.add(name);
  return [...missing].toSorted();
}

/** @param {string} program */
function isOnPath(program) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.some((folder) => folder && fs.existsSync(path.join(folder, program)));
}
