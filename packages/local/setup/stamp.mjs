import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './machine.mjs';

/** pnpm leaves hidden folders in node_modules alone, and deleting node_modules deletes the stamps too. */
export const stampFolder = path.join(root, 'node_modules', '.setup');

/**
 * One hash of names and contents. It ignores times, because checkouts and archives set them arbitrarily.
 * @param {readonly string[]} files paths from the root
 * @param {string} [salt]
 */
export function fingerprint(files, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const file of files) {
    const contents = fs.readFileSync(path.join(root, file));
    hash.update(`\0${file}\0${contents.length}\0`).update(contents);
  }
  return hash.digest('hex');
}

/** @param {string} name */
export function readStamp(name) {
  try {
    return fs.readFileSync(path.join(stampFolder, name), 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Call this before the work that the stamp covers: the result of a failed attempt matches neither the new files nor the old ones.
 * @param {string} name
 */
export function removeStamp(name) {
  fs.rmSync(path.join(stampFolder, name), { force: true });
}

/**
 * @param {string} name
 * @param {string} value
 */
export function writeStamp(name, value) {
  fs.writeFileSync(path.join(stampFolder, name), value);
}

/**
 * All files below a folder, in a fixed order; none when the folder does not exist.
 * @param {string} folder path from the root
 * @returns {string[]} paths from the root
 */
export function filesBelow(folder) {
  const absolute = path.join(root, folder);
  if (!fs.existsSync(absolute)) return [];
  return fs
    .readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => fs.statSync(path.join(root, file)).isFile())
    .toSorted();
}
