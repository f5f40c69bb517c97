import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/**
 * What the system knows of a process; undefined when there is none, or only a zombie. The system reuses pids, so only
 * pid and start time together identify a process.
 * @param {number} pid
 * @returns {{ parent: number, program: string, started: string } | undefined} for a script, the program is its interpreter
 */
export function inspectProcess(pid) {
  return fs.existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
}

/** @param {number} pid */
function fromProc(pid) {
  let stat, command;
  try {
    stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return undefined;
  }
  // `pid (name) state ppid …`: the name may contain spaces and brackets, so parse from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { parent: Number(fields[1]), started: fields[19] ?? '', program: path.basename(command.split('\0')[0] ?? '') };
}

/** @param {number} pid */
function fromPs(pid) {
  // One -o per column: BSD takes everything after `=` as the title of the column.
  const columns = ['stat=', 'ppid=', 'lstart=', 'args='].flatMap((column) => ['-o', column]);
  const { stdout } = spawnSync('ps', [...columns, '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [state = '', parent, ...rest] = (stdout ?? '').trim().split(/\s+/);
  if (state === '' || state.startsWith('Z')) return undefined;
  const started = rest.slice(0, 5).join(' '); // Sat Nov 21 07:11:00 2026
  return { parent: Number(parent), started, program: path.basename(rest[5] ?? '') };
}
