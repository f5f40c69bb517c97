import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));

/** @type {import('node:child_process').ChildProcess | undefined} */
let holder;

/**
 * Starts a cluster that ends with this process, whichever way that ends.
 * @returns {Promise<string>} its folder
 * @throws Error when it does not start; why is on standard error
 */
export async function startHolder() {
  // A group of its own: what a terminal sends to this process must not reach the commands that take the cluster down.
  holder = spawn(process.execPath, [MAIN, 'hold'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  let printed = '';
  holder.stdout?.setEncoding('utf8').on('data', (text) => (printed += text));
  const ready = new Promise((resolve) => holder?.stdout?.on('data', () => printed.includes('\n') && resolve(true)));
  await Promise.race([ready, once(holder, 'exit')]);
  if (holder.exitCode === null) return printed.trim();
  throw new Error('The cluster did not start; why is said above.');
}

/** Resolves when nothing is left of it. */
export async function endHolder() {
  if (!holder || holder.exitCode !== null || holder.signalCode !== null) return;
  const ended = once(holder, 'exit');
  holder.stdin?.end();
  await ended;
}
