import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessLine {
  pid: number;
  parent: number;
  command: string;
}

const LINE = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/;

/** The processes of this machine without zombies. */
export function processes(): ProcessLine[] {
  const listing = execFileSync('ps', ['-ww', '-eo', 'pid=,ppid=,stat=,args='], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return listing.split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = LINE.exec(line) ?? [];
    if (!command || state?.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** A process and all its descendants. */
export function family(pid: number, all = processes()): ProcessLine[] {
  const children = all.filter(({ parent }) => parent === pid).flatMap((child) => family(child.pid, all));
  return [...all.filter((process) => process.pid === pid), ...children];
}

/** Processes whose command or environment contains the text, whatever their parent. */
export function marked(text: string, all = processes()): ProcessLine[] {
  return all.filter(({ pid, command }) => command.includes(text) || environmentText(pid).includes(text));
}

/** The recorded processes that still run. A reused pid belongs to another process. */
export function survivors(recorded: readonly ProcessLine[], all = processes()): ProcessLine[] {
  const now = new Map(all.map(({ pid, command }) => [pid, command]));
  return recorded.filter(({ pid, command }) => now.get(pid) === command);
}

export function environmentOf(pid: number): Record<string, string> {
  const entries = environmentText(pid)
    .split('\0')
    .map((entry) => entry.split(/=(.*)/s));
  return Object.fromEntries(entries.flatMap(([name, value]) => (name && value !== undefined ? [[name, value]] : [])));
}

/** Empty when the process has ended or belongs to another user. */
function environmentText(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/environ`, 'utf8');
    const line = execFileSync('ps', ['-Eww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return line.replaceAll(/ (?=\w+=)/g, '\0');
  } catch {
    return '';
  }
}

export const isAlive = (pid: number): boolean => processes().some((each) => each.pid === pid);
