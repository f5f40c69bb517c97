import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What took minutes to build and depends on nothing but its inputs; shared by all clones of this user. */
export const cacheFolder = path.join(
  process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'),
  'mcp-gateway/cluster',
);

/**
 * @param {readonly string[]} inputs
 * @returns {string} a short hash of all of them
 */
export function keyOf(...inputs) {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
}

/**
 * Gives a folder of the cache, made when it is not there yet. Appears complete or not at all, so what is found can be
 * trusted; of two that make the same at once, the first to finish counts.
 * @param {string} name
 * @param {(folder: string) => Promise<void>} make
 */
export async function cached(name, make) {
  const folder = path.join(cacheFolder, name);
  if (fs.existsSync(folder)) return folder;
  fs.mkdirSync(cacheFolder, { recursive: true });
  const unfinished = fs.mkdtempSync(`${folder}.`);
  try {
    await make(unfinished);
    fs.renameSync(unfinished, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error;
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}
