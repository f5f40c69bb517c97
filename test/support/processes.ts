import { execFileSync } from 'node:child_process';

export interface ProcessLine {
  pid: number;
  parent: number;
  command: string;
}

/** The processes of this machine, less this listing. */
export function processes(): ProcessLine[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
      return match ? [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] as string }] : [];
    });
}

/** A process and all that descend from it. */
export function family(pid: number, all = processes()): ProcessLine[] {
  const children = all.filter(({ parent }) => parent === pid).flatMap((child) => family(child.pid, all));
  return [...all.filter((process) => process.pid === pid), ...children];
}

/** The one process below `pid` whose command has the text. */
export function descendant(pid: number, text: string): number {
  const found = family(pid).filter(({ command }) => command.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} processes below ${pid} have "${text}"`);
  return (found[0] as ProcessLine).pid;
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
