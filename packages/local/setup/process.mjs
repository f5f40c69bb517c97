import { spawn } from 'node:child_process';
import os from 'node:os';
import { inspectProcess } from './process-table.mjs';

const KILL_AFTER_MS = 20_000; // the gateway allows itself ten seconds
const WATCH_MS = 250;
const SHELLS = ['sh', 'ash', 'bash', 'busybox', 'dash', 'ksh', 'zsh'];

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {NodeJS.Signals | undefined} */
let received;

/** The exit code to use once a signal has requested the end of this process, else undefined. */
export function interrupted() {
  return received && 128 + os.constants.signals[received];
}

/**
 * Starts a command that ends when a signal requests the end of this process, and resolves with its exit code (128 + n for signal n).
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { onSpawn?: (child: import('node:child_process').ChildProcess) => void }} options
 * @returns {Promise<number>}
 */
export function run(command, args, { onSpawn, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    children.add(child);
    child.once('error', (error) => {
      children.delete(child);
      reject(error);
    });
    // `close`, not `exit`: at `close` the output is complete.
    child.once('close', (code, signal) => {
      children.delete(child);
      resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0));
    });
    if (child.pid !== undefined) onSpawn?.(child);
    if (received) child.kill(forwarded(received));
  });
}

/**
 * Forwards the first signal, once. In a terminal Ctrl-C signals the whole foreground process group, and npm forwards
 * it again, so one key press arrives here twice; many programs abort their graceful shutdown at a second SIGINT.
 * @param {NodeJS.Signals} signal
 */
function end(signal) {
  if (received) return;
  received = signal;
  for (const child of children) child.kill(forwarded(signal));
  setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, KILL_AFTER_MS).unref();
}

/**
 * A terminal that closes asks for the same graceful shutdown, and few programs handle SIGHUP.
 * @param {NodeJS.Signals} signal
 */
function forwarded(signal) {
  return signal === 'SIGHUP' ? 'SIGTERM' : signal;
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => end(signal));

/**
 * Ends everything when npm dies without a signal to us (SIGKILL, the OOM killer). npm starts a shell for its script, and
 * pnpm's shim of Node is another; a shell execs the next program or stays as its parent. So this watches every ancestor up to
 * the first that is not a shell.
 */
export function watchParent() {
  if (!process.env.npm_lifecycle_event) return; // started by hand: `&` is meant to outlive the shell
  const parent = process.ppid;
  const above = ancestorsOf(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && above.every(isAlive)) return;
    clearInterval(timer);
    end('SIGTERM');
  }, WATCH_MS);
  timer.unref();
}

/**
 * @param {number} pid
 * @returns {number[]} the ancestors to watch: shells, and the program that started the first of them
 */
function ancestorsOf(pid) {
  const seen = inspectProcess(pid);
  return seen && SHELLS.includes(seen.program) ? [seen.parent, ...ancestorsOf(seen.parent)] : [];
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'; // EPERM: the process exists and belongs to another user
  }
}
