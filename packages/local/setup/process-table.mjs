import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/**
 * What the system knows of a process; undefined when there is none, or only its corpse. A pid is used again, so only
 * pid and start time together name a process.
 * @param {number} pid
 * @returns {{ parent: number, name: string, started: string } | undefined}
 */
export function inspectProcess(pid) {
  return fs.existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
}

/** @param {number} pid */
function fromProc(pid) {
  let stat;
  try {
    stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // `pid (name) state ppid …`: the name may hold spaces and brackets, so count from the last one.
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(fields[1]), started: fields[19] ?? '' };
}

/** @param {number} pid */
function fromPs(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,ppid=,lstart=,comm=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [state = '', parent, ...rest] = (stdout ?? '').trim().split(/\s+/);
  if (state === '' || state.startsWith('Z')) return undefined;
  const started = rest.slice(0, 5).join(' '); // Sat Nov 21 07:11:00 2026
  return { name: path.basename(rest.slice(5).join(' ')), parent: Number(parent), started };
}
