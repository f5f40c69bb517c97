import fs from 'node:fs';
import path from 'node:path';
import { identify } from './processes.mjs';

/**
 * The process that made a folder. `holds`: other processes may remove the folder once that process has ended.
 * @typedef {{ process: import('./processes.mjs').Identity, holds: boolean }} Owner
 */

/**
 * Makes a folder that names its owner: when several processes try at once, one succeeds.
 * @param {string} folder
 * @param {boolean} holds
 * @returns {boolean} whether this process made it
 */
export function take(folder, holds) {
  const mine = fs.mkdtempSync(`${folder}.`); // readable by this user only
  /** @type {Owner} */
  const owner = { process: identify(process.pid), holds };
  fs.writeFileSync(ownerFile(mine), JSON.stringify(owner));
  try {
    fs.renameSync(mine, folder); // fails when the target has an owner file already
    return true;
  } catch {
    fs.rmSync(mine, { recursive: true });
    return false;
  }
}

/**
 * @param {string} folder
 * @returns {Owner | undefined}
 */
export function ownerOf(folder) {
  try {
    return JSON.parse(fs.readFileSync(ownerFile(folder), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} folder */
const ownerFile = (folder) => path.join(folder, 'owner.json');
