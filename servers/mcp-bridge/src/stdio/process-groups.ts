import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const WATCHDOG = fileURLToPath(new URL('../../watchdog.sh', import.meta.url));
/** In the environment of each child, from where the processes that it starts inherit it. */
export const MARK = 'MCP_BRIDGE_CHILD';
const SEARCH_AFTER_MS = 100;

export interface ProcessGroups {
  /** The value of MARK for a new child. */
  newMark(): string;
  /** A child leads a group that is to be killed when this process dies. */
  started(pid: number, mark: string): void;
  /** The child has ended: kills what is left of its group and, on Linux, what it has started outside of it. */
  ended(pid: number, mark: string): void;
  /** Sends a signal to the whole group of a child that has not ended. */
  signal(pid: number, signal: NodeJS.Signals): void;
  /** Kills every child, and what they have left behind. */
  close(): Promise<void>;
}

/**
 * Sees to it that no process outlives its session or the bridge. A watchdog kills the groups when the bridge is killed. Processes that
 * have left their group (`setsid`) are found by MARK in /proc, once the child has ended.
 */
export function processGroups(): ProcessGroups {
  const bridge = randomUUID();
  /** The leaders of the groups, by their marks. */
  const alive = new Map<string, number>();
  let count = 0;
  let watchdog: ChildProcess | undefined;
  let search: NodeJS.Timeout | undefined;
  const tell = (line: string) => {
    watchdog ??= startWatchdog();
    watchdog.stdin?.write(`${line}\n`);
  };
  return {
    newMark: () => `${bridge}.${(count += 1)}`,
    started(pid, mark) {
      alive.set(mark, pid);
      tell(`+ ${pid}`);
    },
    ended(pid, mark) {
      signalGroup(pid, 'SIGKILL');
      tell(`- ${pid}`);
      alive.delete(mark);
      search ??= setTimeout(() => {
        search = undefined;
        void killStrays(bridge, alive);
      }, SEARCH_AFTER_MS).unref();
    },
    signal: signalGroup,
    async close() {
      clearTimeout(search);
      for (const pid of alive.values()) signalGroup(pid, 'SIGKILL');
      alive.clear();
      if (count > 0) await killStrays(bridge, alive);
      watchdog?.stdin?.end();
    },
  };
}

function startWatchdog(): ChildProcess {
  // In a group of its own, so that a signal to the group of the bridge spares it.
  const watchdog = spawn('/bin/sh', [WATCHDOG], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watchdog.on('error', () => {});
  watchdog.stdin?.on('error', () => {});
  watchdog.unref();
  return watchdog;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is gone.
  }
}

/** Kills the marked processes of children that have ended, until it finds none: a process may start another before it is killed. */
async function killStrays(bridge: string, alive: ReadonlyMap<string, number>): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const strays = await findStrays(bridge, alive);
    if (strays.length === 0) return;
    for (const pid of strays) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

/** None where there is no /proc, as on macOS. */
async function findStrays(bridge: string, alive: ReadonlyMap<string, number>): Promise<number[]> {
  const prefix = `${MARK}=${bridge}.`;
  const strays: number[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
    const at = environment.indexOf(prefix);
    if (at === -1) continue;
    const mark = environment.slice(at + MARK.length + 1).split('\0', 1)[0] ?? '';
    if (!alive.has(mark)) strays.push(Number(name));
  }
  return strays;
}
