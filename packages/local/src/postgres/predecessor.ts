import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { socketFile } from './socket.js';

const POLL_MS = 25;

/**
 * Waits until a server that is shutting down has released both folders.
 * @returns the environment that lets the next server handle the pid file of the last one
 * @throws Error when the other server keeps running
 */
export async function awaitPredecessor(dataDir: string, socketDir: string, waitMs: number) {
  const deadline = Date.now() + waitMs;
  const pid = await release(join(dataDir, 'postmaster.pid'), dataDir, deadline);
  const lock = `${socketFile(socketDir)}.lock`;
  if (await release(lock, socketDir, deadline)) await rm(lock, { force: true });
  // A container reuses pids, so the pid file of a killed server may name another live process. PostgreSQL ignores this one pid. The
  // file itself must stay: it names the shared memory, by which PostgreSQL detects a backend of the killed server that still writes.
  return pid ? { PG_GRANDPARENT_PID: String(pid) } : {};
}

/** Waits until the process in the file is no PostgreSQL server of the folder. Returns its pid; undefined without a file. */
async function release(file: string, folder: string, deadline: number): Promise<number | undefined> {
  for (;;) {
    const pid = await pidIn(file);
    if (!pid || !(await commandLine(pid)).includes(folder)) return pid;
    if (Date.now() > deadline) {
      throw new Error(
        `Another PostgreSQL server (process ${pid}) uses ${folder}. Stop the MCP Gateway that runs from there first.`,
      );
    }
    await sleep(POLL_MS);
  }
}

async function pidIn(file: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(file, 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The command line of a process; empty when there is no such process. */
async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return (await promisify(execFile)('/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout;
  } catch {
    return '';
  }
}
