import fs from 'node:fs';
import path from 'node:path';

/** containerd and kubelet use these fixed paths, which two clusters must not share. */
const FOLDERS = ['run', 'var/lib', 'var/log'];

/**
 * The kubelet corrects these settings of the whole machine. In this view it reads the values that it wants.
 * @type {Record<string, number>}
 */
const SETTINGS = {
  'proc/sys/kernel/keys/root_maxbytes': 25_000_000,
  'proc/sys/kernel/keys/root_maxkeys': 1_000_000,
  'proc/sys/kernel/panic': 10,
  'proc/sys/kernel/panic_on_oops': 1,
  'proc/sys/vm/overcommit_memory': 1,
  'proc/sys/vm/panic_on_oom': 0,
};

const MOUNT = `
  set -e
  mount --make-rshared /
  for each in ${[...FOLDERS, ...Object.keys(SETTINGS)].join(' ')}; do mount --bind "$0/$each" "/$each"; done
  exec "$@"
`;

/**
 * The prefix of a command that sees files and folders of its own, below `folder`, in place of the
 * machine's. Only the command and its children see the mounts, which disappear when they end.
 * @param {string} folder
 */
export function inOwnView(folder) {
  for (const each of FOLDERS) fs.mkdirSync(path.join(folder, each), { recursive: true });
  for (const [file, value] of Object.entries(SETTINGS)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), `${value}\n`);
  }
  return ['unshare', '--mount', 'sh', '-c', MOUNT, folder];
}

/**
 * The prefix of another command in the same view, while the first runs.
 * @param {number} pid of the first
 */
export const inViewOf = (pid) => ['nsenter', `--mount=/proc/${pid}/ns/mnt`];
