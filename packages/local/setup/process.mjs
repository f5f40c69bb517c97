import { spawn } from 'node:child_process';
import os from 'node:os';
import { inspectProcess } from './process-table.mjs';

const KILL_AFTER_MS = 20_000; // the gateway gives itself ten seconds
const WATCH_MS = 250;
const SHELLS = ['sh', 'ash', 'bash', 'busybox', 'dash', 'ksh', 'zsh'];

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {NodeJS.Signals | undefined} */
let asked;

/** The exit code to leave with once a signal has asked for the end, else undefined. */
export function interrupted() {
  return asked && 128 + os.constants.signals[asked];
}

/**
 * Starts a command that ends when this process is asked to, and resolves with its exit code (128 + n for signal n).
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
    // `close`, not `exit`: the last of the output has to be here.
    child.once('close', (code, signal) => {
      children.delete(child);
      resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0));
    });
    if (child.pid !== undefined) onSpawn?.(child);
    if (asked) child.kill(forwarded(asked));
  });
}

/**
 * Passes the first signal on, once. In a terminal Ctrl-C has reached the whole foreground group already, and npm sends
 * it once more, so one key press comes here twice; a second SIGINT would cut the graceful stop of many programs short.
 * @param {NodeJS.Signals} signal
 */
function end(signal) {
  if (asked) return;
  asked = signal;
  for (const child of children) child.kill(forwarded(signal));
  setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, KILL_AFTER_MS).unref();
}

/**
 * A terminal that closes asks for the same graceful stop, and few programs handle SIGHUP.
 * @param {NodeJS.Signals} signal
 */
function forwarded(signal) {
  return signal === 'SIGHUP' ? 'SIGTERM' : signal;
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => end(signal));

/**
 * Ends everything when npm is gone without a word (SIGKILL, the OOM killer). npm starts a shell for its script, and
 * pnpm's shim of Node is another; a shell becomes the next program or stays in between. So everything up to the first
 * that is no shell is watched.
 */
export function watchParent() {
  if (!process.env.npm_lifecycle_event) return; // started by hand: outliving the shell is what `&` asks for
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
 * @returns {number[]} what is above a shell: shells, and the program that started the first of them
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
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'; // somebody else's, and there
  }
}
