import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Loopback } from './probe.js';

/** The owner of the listening socket of a port on this machine; `unknown` on systems that do not report it, such as macOS. */
export type PortOwner = 'own' | 'foreign' | 'unknown';

const ANY_IPV6 = '00000000000000000000000000000000';
/** The listening addresses that accept a connection to each address, as /proc/net writes them; the kernel prefers the first. */
const ACCEPTING: Record<Loopback, string[][]> = {
  '127.0.0.1': [
    ['0100007F', '0000000000000000FFFF00000100007F'],
    ['00000000'],
    [ANY_IPV6, '0000000000000000FFFF000000000000'],
  ],
  '[::1]': [['00000000000000000000000001000000'], [ANY_IPV6]],
};
const LISTEN = '0A';
const ROOT = 0;

/**
 * Whether the process with this id, or one of its family, listens on the port: its process group, its session, and their children.
 * The function reads the whole process table, which is too much for every probe. It trusts a listener of root unless this process is
 * root itself: a daemon publishes the ports of containers (`docker run -p`), and root can take any port anyway.
 */
export async function portOwner(
  where: { host: Loopback; port: number },
  leader: number,
  { proc = '/proc', user = process.getuid?.() } = {},
): Promise<PortOwner> {
  try {
    const sockets = await socketsOn(where, proc);
    if (user !== ROOT && [...sockets.values()].every((owner) => owner === ROOT)) return 'unknown';
    if (sockets.size === 0) return 'unknown';
    const wanted = new Set(sockets.keys());
    for (const pid of await tree(leader, proc)) {
      for (const socket of await socketsOf(pid, proc)) wanted.delete(socket);
    }
    return wanted.size === 0 ? 'own' : 'foreign';
  } catch {
    return 'unknown';
  }
}

/** Inodes and owners of the sockets that accept a connection to the port. */
async function socketsOn({ host, port }: { host: Loopback; port: number }, proc: string): Promise<Map<string, number>> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all([
    readFile(`${proc}/net/tcp`, 'utf8'),
    readFile(`${proc}/net/tcp6`, 'utf8').catch(ifMissing('')), // a machine without IPv6
  ]);
  const listening = tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTEN && local?.endsWith(`:${hex}`));
  for (const addresses of ACCEPTING[host]) {
    const accepting = listening.filter(([, local = '']) => addresses.includes(local.slice(0, -hex.length - 1)));
    if (accepting.length > 0) return new Map(accepting.map((columns) => [columns[9] ?? '', Number(columns[7])]));
  }
  return new Map();
}

async function tree(leader: number, proc: string): Promise<Set<number>> {
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  const all = (await Promise.all(pids.map((pid) => family(pid, proc)))).flatMap((each) => each ?? []);
  const found = new Set(
    all.filter((each) => [each.pid, each.group, each.session].includes(leader)).map(({ pid }) => pid),
  );
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return found;
}

/** Undefined when the process has ended meanwhile. */
async function family(pid: string, proc: string) {
  const stat = await readFile(`${proc}/${pid}/stat`, 'utf8').catch(ifMissing(undefined));
  // The name before these fields stands in brackets and may contain brackets and spaces (proc_pid_stat(5)).
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, parent, group, session] = (fields ?? []).map(Number);
  return fields && { pid: Number(pid), parent: Number(parent), group, session };
}

/** @throws Error when this user may not read the process */
async function socketsOf(pid: number, proc: string): Promise<string[]> {
  const folder = `${proc}/${pid}/fd`;
  const names = await readdir(folder).catch(ifMissing<string[]>([]));
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(ifMissing(''))));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** A process may end or close a file while it is read. */
const ifMissing =
  <T>(instead: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return instead;
    throw error;
  };
