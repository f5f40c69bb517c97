import fs from 'node:fs';
import path from 'node:path';
import { INSTANCES, instance } from './instance.mjs';
import { processesIn } from './machine/network.mjs';
import { identify, isAlive } from './machine/processes.mjs';

/**
 * Who started a cluster. `holds`: the cluster ends with that process, so one that outlived it is a left-over.
 * @typedef {{ process: import('./machine/processes.mjs').Identity, holds: boolean }} Owner
 */

/**
 * Takes an instance that nobody uses, so that two who start clusters at once get one each.
 * @param {{ number: number | undefined, holds: boolean, clear: (left: import('./instance.mjs').Instance) => Promise<void> }} options
 *   `clear` removes what a cluster left that was not taken down
 * @returns {Promise<import('./instance.mjs').Instance>}
 * @throws Error when that one, or every one, is in use
 */
export async function claim({ number, holds, clear }) {
  const wanted = number === undefined ? [...Array(INSTANCES).keys()] : [number];
  for (const each of wanted.map(instance)) {
    if (take(each.folder, holds)) return each;
    if (await isInUse(each)) continue;
    await clear(each);
    if (take(each.folder, holds)) return each;
  }
  throw new Error(
    number === undefined
      ? `All ${INSTANCES} instances are in use; \`node test/cluster/main.mjs down --instance N\` ends one.`
      : `Instance ${number} is in use, in ${instance(number).folder}; \`node test/cluster/main.mjs down --instance ${number}\` ends it.`,
  );
}

/**
 * @param {string} folder
 * @param {boolean} holds
 */
function take(folder, holds) {
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

export async function instancesInUse() {
  const there = [...Array(INSTANCES).keys()].map(instance).filter(({ folder }) => fs.existsSync(folder));
  const used = await Promise.all(there.map(isInUse));
  return there.filter((_, index) => used[index]);
}

/** @param {import('./instance.mjs').Instance} of */
async function isInUse(of) {
  const owner = readOwner(of.folder);
  if (owner && isAlive(owner.process)) return true;
  return !owner?.holds && (await processesIn(of)).length > 0;
}

/**
 * @param {string} folder
 * @returns {Owner | undefined}
 */
function readOwner(folder) {
  try {
    return JSON.parse(fs.readFileSync(ownerFile(folder), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} folder */
const ownerFile = (folder) => path.join(folder, 'owner.json');
