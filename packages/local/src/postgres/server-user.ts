import { execFile } from 'node:child_process';
import { chown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** `nobody` on Linux. */
const NOBODY = 65534;

/** PostgreSQL and its tools inherit nothing from the environment of this process. */
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Command {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}

/** The user that PostgreSQL runs as: PostgreSQL refuses to run as root, and many containers have no other user. */
export interface ServerUser {
  name: string;
  run(command: string, args: string[]): Command;
  /** Gives the folder to the user that PostgreSQL runs as. */
  own(folder: string): Promise<void>;
}

export const ordinaryUser: ServerUser = {
  name: 'the user of this process',
  run: (command, args) => ({ command, args }),
  own: async () => {},
};

/** In the user namespace the server is `nobody` without privileges; outside of it, its files belong to root, like all others. */
export const rootInNamespace: ServerUser = {
  name: 'root, in a user namespace',
  run: (command, args) => ({ command: 'unshare', args: ['--user', '--', command, ...args] }),
  own: (folder) => chownTree(folder, 0),
};

export const nobodyUser: ServerUser = {
  name: 'nobody',
  run: (command, args) => ({ command, args, uid: NOBODY, gid: NOBODY }),
  own: (folder) => chownTree(folder, NOBODY),
};

export const isRoot = (): boolean => process.getuid?.() === 0;

export async function chooseServerUser(): Promise<ServerUser> {
  if (!isRoot()) return ordinaryUser;
  return (await hasUserNamespaces()) ? rootInNamespace : nobodyUser;
}

/** Docker's default seccomp profile forbids user namespaces; macOS has none. */
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
  // The folder comes last: its owner marks a tree as complete, so an interrupted change must not set it.
  await chown(folder, id, id);
}
