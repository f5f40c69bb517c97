import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;
const END_MS = 10_000;

/** A pid is used again; with the time of its start it names one process. @typedef {{ pid: number, started: string }} Identity */

/**
 * @param {number} pid
 * @returns {Identity}
 */
export const identify = (pid) => ({ pid, started: startOf(pid) ?? '' });

/** @param {Identity} process */
export const isAlive = ({ pid, started }) => startOf(pid) === started;

/**
 * @param {number} pid
 * @returns {string | undefined} undefined when it has ended, whether or not its parent has noticed
 */
function startOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // `pid (name) state …`: the name may contain spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Other threads may end after the first one, and keep the sockets until then.
    const hasEnded = fields[0] === 'X' || (fields[0] === 'Z' && Number(fields[17]) <= 1);
    return hasEnded ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/**
 * Sends a signal, and waits until all processes have ended.
 * @param {readonly Identity[]} processes
 * @param {NodeJS.Signals} signal
 * @throws Error when one has not ended within ten seconds
 */
export async function end(processes, signal) {
  for (const each of processes.filter(isAlive)) signalTo(each.pid, signal);
  const deadline = Date.now() + END_MS;
  while (processes.some(isAlive)) {
    if (Date.now() > deadline) {
      throw new Error(
        `${signal} did not end ${processes
          .filter(isAlive)
          .map(({ pid }) => pid)
          .join(', ')}.`,
      );
    }
    await delay(POLL_MS);
  }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalTo(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
