import fs from 'node:fs';
import path from 'node:path';
import { identify } from './processes.mjs';

/**
 * Who made a folder. `holds`: it is worth nothing once that process has ended.
 * @typedef {{ process: import('./processes.mjs').Identity, holds: boolean }} Owner
 */

/**
 * Makes a folder that says who made it: of any number of processes that try at once, one does.
 * @param {string} folder
 * @param {boolean} holds
 * @returns {boolean} whether this one did
 */
export function take(folder, holds) {
  const mine = fs.mkdtempSync(`${folder}.`); // for nobody else to look into
  /** @type {Owner} */
  const owner = { process: identify(process.pid), holds };
  fs.writeFileSync(ownerFile(mine), JSON.stringify(owner));
  try {
    fs.renameSync(mine, folder); // refused by one that has its owner in it
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
