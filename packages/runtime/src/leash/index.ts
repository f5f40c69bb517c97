import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const LEASH = fileURLToPath(new URL('../../leash.sh', import.meta.url));
const SWEEP = fileURLToPath(new URL('../../sweep.sh', import.meta.url));

export interface LeashOptions {
  command: string;
  args: readonly string[];
  cwd?: string | undefined;
  /** All of its environment, but for the mark that is added (`MCP_GATEWAY_LEASH`). */
  env: Record<string, string>;
  /** Asks the command to end; PostgreSQL wants INT, most want TERM. */
  signal?: 'TERM' | 'INT';
  /** Seconds between that signal and SIGKILL for all that it started. */
  graceSeconds?: number;
  uid?: number | undefined;
  gid?: number | undefined;
}

/**
 * A process that cannot outlive this one: when this process ends in any way, even by SIGKILL, so does the other. With it
 * goes what it started: its process group and, on Linux, everybody elsewhere who has its mark in the environment.
 */
export interface Leashed {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process has ended and what it started was killed. The code is 128 + n when signal n ended it. */
  readonly exited: Promise<number>;
  /** Asks it to end, kills it after the grace period, and waits. */
  stop(): Promise<number>;
  /** Kills it with all it started now, and waits. */
  kill(): Promise<number>;
}

/** @throws Error when the shell cannot be started. A command that does not exist exits with 127, as in a shell. */
export async function leash(options: LeashOptions): Promise<Leashed> {
  const { command, args, cwd, env, signal = 'TERM', graceSeconds = 10, uid, gid } = options;
  const mark = randomUUID();
  const child = spawn('/bin/sh', [LEASH, signal, String(graceSeconds), mark, command, ...args], {
    cwd,
    env,
    detached: true, // leader of its own group, so that the group can be killed without this process
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  });
  await once(child, 'spawn');
  const pid = child.pid as number;
  child.stdin.on('error', () => {}); // EPIPE when it ends first
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, killedBy) => {
      signalGroup(pid, 'SIGKILL'); // what it started and left behind
      if (code !== null) resolve(code);
      // A shell that was killed could not do this by itself.
      else void sweep(mark, options).then(() => resolve(exitCodeOf(killedBy)));
    });
  });
  return {
    pid,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
    kill() {
      signalGroup(pid, 'SIGKILL');
      return exited;
    },
  };
}

/** Goes on when this process ends meanwhile. */
async function sweep(mark: string, { env, uid, gid }: LeashOptions): Promise<void> {
  const child = spawn('/bin/sh', [SWEEP, `MCP_GATEWAY_LEASH=${mark}`], {
    cwd: '/',
    env: { PATH: env['PATH'] ?? '' },
    detached: true,
    stdio: 'ignore',
    // In a container not even root may look into the processes of others.
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  });
  await once(child, 'exit').catch(() => {}); // no shell can be started
}

function exitCodeOf(signal: ChildProcess['signalCode']): number {
  return signal === 'SIGKILL' ? 137 : 143;
}

function signalGroup(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is gone already.
  }
}
