import fs from 'node:fs';
import { INSTANCES, instance } from './instance.mjs';
import { processesIn } from './machine/network.mjs';
import { ownerOf, take } from './machine/ownership.mjs';
import { isAlive } from './machine/processes.mjs';

/**
 * Claims a free instance; two processes that start clusters at once get one each.
 * @param {{ number: number | undefined, holds: boolean, clear: (left: import('./instance.mjs').Instance) => Promise<void> }} options
 *   `clear` removes the remains of a cluster that was not taken down
 * @returns {Promise<import('./instance.mjs').Instance>}
 * @throws Error when that instance, or every instance, is in use
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

export async function instancesInUse() {
  const there = [...Array(INSTANCES).keys()].map(instance).filter(({ folder }) => fs.existsSync(folder));
  const used = await Promise.all(there.map(isInUse));
  return there.filter((_, index) => used[index]);
}

/** @param {import('./instance.mjs').Instance} of */
async function isInUse(of) {
  const owner = ownerOf(of.folder);
  if (owner && isAlive(owner.process)) return true;
  return !owner?.holds && (await processesIn(of)).length > 0;
}
