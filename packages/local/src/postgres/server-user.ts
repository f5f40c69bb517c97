import { execFile } from 'node:child_process';
import { chown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** `nobody` on Linux. */
const NOBODY = 65534;

/** What is started here inherits nothing from the environment of this process. */
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Command {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}

/** Who PostgreSQL runs as: it refuses to be root, which is what many containers run everything as. */
export interface ServerUser {
  name: string;
  run(command: string, args: string[]): Command;
  /** Makes the folder belong to whoever PostgreSQL runs as. */
  own(folder: string): Promise<void>;
}

export const ordinaryUser: ServerUser = {
  name: 'the user of this process',
  run: (command, args) => ({ command, args }),
  own: async () => {},
};

/** In the namespace the server is nobody and holds no privilege; outside, its files are root's, as all others are. */
export const rootInNamespace: ServerUser = {
  name: 'root, in a user namespace',
  run: (command, args) => ({ command: 'unshare', args: ['--user', '--', command, ...args] }),
  own: (folder) => chownTree(folder, 0),
};

export const nobody: ServerUser = {
  name: 'nobody',
  run: (command, args) => ({ command, args, uid: NOBODY, gid: NOBODY }),
  own: (folder) => chownTree(folder, NOBODY),
};

export const isRoot = (): boolean => process.getuid?.() === 0;

export async function chooseServerUser(): Promise<ServerUser> {
  if (!isRoot()) return ordinaryUser;
  return (await hasUserNamespaces()) ? rootInNamespace : nobody;
}

/** Docker's default seccomp profile forbids them; macOS has none. */
export async function hasUserNamespaces(): Promise<boolean> {
  try {
    await promisify(execFile)('unshare', ['--user', '--', 'true'], { env: { PATH }, timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}

async function chownTree(folder: string, id: number): Promise<void> {
  if ((await lstat(folder)).uid === id) return;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), id, id);
  }
  // Last, or an interruption would make a half-changed tree look finished.
  await chown(folder, id, id);
}
