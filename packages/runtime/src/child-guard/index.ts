import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const CHILD_GUARD = fileURLToPath(new URL('../../child-guard.sh', import.meta.url));
const ORPHAN_REAPER = fileURLToPath(new URL('../../orphan-reaper.sh', import.meta.url));

export interface ChildGuardOptions {
  command: string;
  args: readonly string[];
  cwd?: string | undefined;
  /** The whole environment of the command; the guard adds its mark (`MCP_GATEWAY_CHILD_GUARD`). */
  env: Record<string, string>;
  /** The signal that asks the command to end: INT for PostgreSQL, TERM for most programs. */
  signal?: 'TERM' | 'INT';
  /** Seconds between that signal and SIGKILL for the command and its children. */
  graceSeconds?: number;
  uid?: number | undefined;
  gid?: number | undefined;
}

/**
 * A child process that cannot outlive this one: when this process ends in any way, even by SIGKILL, the child guard ends
 * the child, its process group and, on Linux, every other process that has the guard's mark in its environment.
 */
export interface GuardedChild {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process has ended and its children are killed. The code is 128 + n when signal n ended it. */
  readonly exited: Promise<number>;
  /** Asks the process to end, kills it after the grace period, and waits for its end. */
  stop(): Promise<number>;
  /** Kills the process and its children at once, and waits for their end. */
  kill(): Promise<number>;
}

/** @throws Error when the shell cannot start. A command that does not exist exits with 127, as in a shell. */
export async function spawnGuarded(options: ChildGuardOptions): Promise<GuardedChild> {
  const { command, args, cwd, env, signal = 'TERM', graceSeconds = 10, uid, gid } = options;
  const mark = randomUUID();
  const child = spawn('/bin/sh', [CHILD_GUARD, signal, String(graceSeconds), mark, command, ...args], {
    cwd,
    env,
    detached: true, // leads its own group, so that a signal to the group spares this process
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  });
  await once(child, 'spawn');
  const pid = child.pid as number;
  child.stdin.on('error', () => {}); // EPIPE when the child ends first
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, killedBy) => {
      signalGroup(pid, 'SIGKILL'); // children that outlived the command
      if (code !== null) resolve(code);
      // A guard that was killed could not reap the orphans itself.
      else void reapOrphans(mark, options).then(() => resolve(exitCodeOf(killedBy)));
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

/** Runs detached, so that it finishes even when this process ends meanwhile. */
async function reapOrphans(mark: string, { env, uid, gid }: ChildGuardOptions): Promise<void> {
  const child = spawn('/bin/sh', [ORPHAN_REAPER, `MCP_GATEWAY_CHILD_GUARD=${mark}`], {
    cwd: '/',
    env: { PATH: env['PATH'] ?? '' },
    detached: true,
    stdio: 'ignore',
    // In a container, not even root may read the processes of another user.
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  });
  await once(child, 'exit').catch(() => {}); // the shell cannot start
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

/** Variables that dash and bash set, check or read by themselves, even in a shell that only starts a command. */
const OWN =
  /^(IFS|PPID|PWD|OLDPWD|SHLVL|LINENO|_|OPT(ARG|ERR|IND)|PS[124]|SHELLOPTS|BASH|BASHOPTS|BASHPID|BASH_(?!ENV$).*|COMP_.*|HISTCMD|S?RANDOM|EPOCH(SECONDS|REALTIME))$/;

/** Whether the shell of the child guard sets or checks this variable itself, so that a guarded process cannot get it unchanged. */
export const isShellVariable = (name: string): boolean => OWN.test(name);
