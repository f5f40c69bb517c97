import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));

/** A cluster, by its folder; nothing is left of it when `end` resolves. @typedef {{ folder: string, end(): Promise<void> }} Held */

/**
 * Starts a cluster that ends with this process, however this process ends.
 * @returns {Promise<Held>}
 * @throws Error when the cluster does not start; the reason is on standard error
 */
export async function hold() {
  // A process group of its own: a Ctrl-C in the terminal must not interrupt the commands that take the cluster down.
  const holder = spawn(process.execPath, [MAIN, 'hold'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const ended = once(holder, 'exit');
  let printed = '';
  const ready = new Promise((resolve) =>
    holder.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text;
      if (printed.includes('\n')) resolve(true);
    }),
  );
  await Promise.race([ready, ended]);
  if (holder.exitCode !== null || holder.signalCode !== null)
    throw new Error('The cluster did not start; the reason is above.');
  return {
    folder: printed.trim(),
    async end() {
      holder.stdin.end();
      await ended;
    },
  };
}
