import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ownerOf, take } from './machine/ownership.mjs';
import { isAlive } from './machine/processes.mjs';

const MAX_ENTRIES = 4;
const ABANDONED_MS = 24 * 60 * 60 * 1000;
const KEY_LENGTH = 12;
const POLL_MS = 200;
/** Three times as long as the build of a cluster's programs takes on two cores. */
const OTHERS_MS = 30 * 60 * 1000;

/** Builds that took long and depend only on their inputs; all clones of this user share them. */
export const cacheFolder = path.join(
  process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'),
  'mcp-gateway/cluster',
);

/**
 * @param {readonly string[]} inputs
 * @returns {string} a short hash of all of them
 */
export function keyOf(...inputs) {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, KEY_LENGTH);
}

/**
 * Gives a folder of the cache, and makes it when it is missing. A folder appears complete or not at all, so an existing one is
 * valid. When two processes want the same folder at once, one makes it and the other waits. The cache keeps the few
 * most recently used folders of each kind.
 * @param {string} name the kind, and the key of its inputs: `thing-0123456789ab`
 * @param {(folder: string) => Promise<void>} make
 * @throws Error the error of `make`, or when another process has not finished after half an hour
 */
export async function cached(name, make) {
  const folder = path.join(cacheFolder, name);
  if (!fs.existsSync(folder)) await alone(`${folder}.making`, async () => fs.existsSync(folder) || add(folder, make));
  const now = new Date();
  fs.utimesSync(folder, now, now);
  forgetOld(name.slice(0, -KEY_LENGTH));
  return folder;
}

/**
 * @param {string} lock
 * @param {() => Promise<unknown>} work
 */
async function alone(lock, work) {
  fs.mkdirSync(cacheFolder, { recursive: true });
  const deadline = Date.now() + OTHERS_MS;
  while (!take(lock, true)) {
    const owner = ownerOf(lock);
    if (owner && isAlive(owner.process)) {
      if (Date.now() > deadline)
        throw new Error(`Process ${owner.process.pid} has not finished ${lock} after 30 minutes.`);
      await delay(POLL_MS);
    } else fs.rmSync(lock, { recursive: true, force: true }); // two processes may do so at once; both then compete for the new lock
  }
  try {
    await work();
  } finally {
    fs.rmSync(lock, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {(folder: string) => Promise<void>} make
 */
async function add(folder, make) {
  const unfinished = fs.mkdtempSync(`${folder}.`);
  fs.chmodSync(unfinished, 0o755); // root made it, and the user that saves the CI cache must read it
  try {
    await make(unfinished);
    fs.renameSync(unfinished, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error;
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}

/** @param {string} prefix */
function forgetOld(prefix) {
  const isKey = new RegExp(`^[0-9a-f]{${KEY_LENGTH}}$`);
  const all = fs
    .readdirSync(cacheFolder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ key: name.slice(prefix.length), path: path.join(cacheFolder, name) }))
    .map((each) => ({ ...each, used: fs.statSync(each.path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((a, b) => b.used - a.used);
  const old = all.filter(({ key }) => isKey.test(key)).slice(MAX_ENTRIES);
  const abandoned = all.filter(({ key, used }) => key.includes('.') && used < Date.now() - ABANDONED_MS);
  for (const each of [...old, ...abandoned]) fs.rmSync(each.path, { recursive: true, force: true });
}
