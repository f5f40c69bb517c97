import fs from 'node:fs';
import path from 'node:path';
import { root } from './machine.mjs';
import { interrupted } from './process.mjs';
import { inspectProcess } from './process-table.mjs';
import { stampFolder } from './stamp.mjs';
import { SetupError } from './step.mjs';

const POLL_MS = 200;
const ABANDONED_MS = 10_000;

/**
 * `share` makes a child a holder too: an install that outlives a killed set-up still blocks the next one.
 * @typedef {{ share: (child: import('node:child_process').ChildProcess) => void }} Lock
 * @typedef {{ pid: number, started: string }} Holder
 */

const file = path.join(stampFolder, 'lock');

/**
 * Allows one set-up at a time in this folder; others wait, and print that they wait. A lock whose holders have all ended is stale.
 * @param {(lock: Lock) => Promise<void>} work
 * @throws SetupError when the folder cannot be written.
 */
export async function withLock(work) {
  makeFolder();
  /** @type {Holder[]} */
  const holders = [holder(process.pid)];
  for (let announced = false; !take(holders); announced = true) {
    const owner = current()?.[0]?.pid ?? '?';
    if (!announced) console.error(`Another set-up (process ${owner}) is at work in this folder; waiting for it …`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (interrupted()) throw new SetupError('stopped');
  }
  try {
    await work({
      share(child) {
        holders.push(holder(Number(child.pid)));
        replace(holders);
      },
    });
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/**
 * @param {Holder[]} holders
 * @returns {boolean}
 */
function take(holders) {
  try {
    fs.writeFileSync(file, JSON.stringify(holders), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  return isStale() && clear() && take(holders);
}

/** Only one of the waiting processes may clear a stale lock; two could each remove the new lock of the other. */
function clear() {
  const guard = `${file}.clearing`;
  try {
    fs.mkdirSync(guard);
  } catch {
    if (ageOf(guard) > ABANDONED_MS) fs.rmSync(guard, { recursive: true, force: true });
    return false;
  }
  try {
    if (isStale()) fs.rmSync(file, { force: true });
  } finally {
    fs.rmdirSync(guard);
  }
  return true;
}

function isStale() {
  const holders = current();
  // The file is empty between its creation and the first write, and stays empty when its creator dies there.
  if (!holders) return ageOf(file) > ABANDONED_MS;
  return !holders.some(({ pid, started }) => inspectProcess(pid)?.started === started);
}

/** @returns {Holder[] | undefined} */
function current() {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {Holder[]} holders */
function replace(holders) {
  fs.writeFileSync(`${file}.next`, JSON.stringify(holders));
  fs.renameSync(`${file}.next`, file);
}

/**
 * @param {number} pid
 * @returns {Holder}
 */
function holder(pid) {
  return { pid, started: inspectProcess(pid)?.started ?? '' };
}

/** @param {string} name */
function ageOf(name) {
  try {
    return Date.now() - fs.statSync(name).mtimeMs;
  } catch {
    return 0;
  }
}

function makeFolder() {
  try {
    fs.mkdirSync(stampFolder, { recursive: true });
    fs.accessSync(stampFolder, fs.constants.W_OK);
  } catch {
    throw new SetupError(
      `${root} is not set up for its present contents, and you may not write there. Its owner has to run \`npm run build\` first.`,
    );
  }
}
