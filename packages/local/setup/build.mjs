import fs from 'node:fs';
import path from 'node:path';
import { projectEnvironment } from './environment.mjs';
import { pinnedNode, root } from './machine.mjs';
import { filesBelow, fingerprint, readStamp, removeStamp, writeStamp } from './stamp.mjs';
import { step } from './step.mjs';

const STAMP = 'built';
const TSC = 'node_modules/typescript/bin/tsc';
const GENERATE = 'packages/database/generate.mjs';

export function isBuilt() {
  return readStamp(STAMP) === inputs() && projects().every(isComplete);
}

/** @param {import('./lock.mjs').Lock} lock */
export async function build(lock) {
  removeStamp(STAMP);
  const options = { cwd: root, env: projectEnvironment(), onSpawn: lock.share };
  await step('Generating the database client', [pinnedNode(), GENERATE], {
    ...options,
    advice: () => 'Generating the database client failed; the reason is above. Is packages/database/prisma in order?',
  });
  const built = inputs(); // before tsc runs, so that a change made meanwhile does not count as compiled
  projects().forEach(distrust);
  await step('Compiling', [pinnedNode(), TSC, '-b', ...projects()], {
    ...options,
    advice: () => 'The sources do not compile; the reason is above.',
  });
  writeStamp(STAMP, built);
}

/**
 * tsc skips a source that is older than the last build, although a checkout or an archive may bring such a file, and it
 * does not check that its earlier output still exists.
 * @param {string} project
 */
function distrust(project) {
  const state = path.join(root, project, 'dist', '.tsbuildinfo');
  if (!isComplete(project)) fs.rmSync(state, { force: true });
  else if (fs.existsSync(state)) fs.utimesSync(state, 0, 0);
}

/** @param {string} project */
function isComplete(project) {
  return sources(project)
    .filter((file) => /(?<!\.d)\.tsx?$/.test(file))
    .map((file) => file.replace('/src/', '/dist/').replace(/\.tsx?$/, '.js'))
    .every((file) => fs.existsSync(path.join(root, file)));
}

function inputs() {
  return fingerprint(
    [
      'tsconfig.json',
      'tsconfig.base.json',
      GENERATE,
      ...filesBelow('packages/database/prisma'),
      ...projects().flatMap((project) => [path.join(project, 'tsconfig.json'), ...sources(project)]),
    ],
    readStamp('installed'), // the types and the generator come with the dependencies
  );
}

/** @param {string} project */
function sources(project) {
  return filesBelow(path.join(project, 'src')).filter((file) => !file.endsWith('.test.ts'));
}

/** The folders that tsconfig.json references. Its other reference is to the tests, which a start does not compile. */
function projects() {
  const config = fs.readFileSync(path.join(root, 'tsconfig.json'), 'utf8');
  return [...config.matchAll(/"path":\s*"([^"]+)"/g)]
    .map(([, reference = '']) => reference)
    .filter((reference) => !reference.endsWith('.json'));
}
