import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, cacheFolder, keyOf } from '../cache.mjs';
import { run, timed } from '../machine/command.mjs';
import { modules } from './modules.mjs';

const SOURCES = fileURLToPath(new URL('.', import.meta.url));

/** @returns {boolean} whether the cache has everything, so that the build needs no Go */
export function areBuilt() {
  return Object.keys(modules).every((name) => fs.existsSync(path.join(cacheFolder, folderName(name))));
}

/**
 * Builds the programs that the cache lacks: about ten minutes on two cores the first time.
 * @returns {Promise<Record<string, string>>} the path of each program and document
 */
export async function build() {
  /** @type {Record<string, string>} */
  const paths = {};
  for (const [name, { programs, documents }] of Object.entries(modules)) {
    const folder = await cached(folderName(name), (to) => timed(`Building ${name}`, () => buildModule(name, to)));
    for (const file of [...Object.keys(programs), ...(documents ? [documents.as] : [])]) {
      paths[file] = path.join(folder, file);
    }
  }
  return paths;
}

/** @param {string} name */
function folderName(name) {
  const pins = fs.readdirSync(path.join(SOURCES, name)).toSorted();
  const contents = pins.map((file) => fs.readFileSync(path.join(SOURCES, name, file), 'utf8'));
  return `${name}-${keyOf(...contents, JSON.stringify(modules[name]), process.arch)}`;
}

/**
 * @param {string} name
 * @param {string} to
 */
async function buildModule(name, to) {
  const { programs, flags = [], documents } = /** @type {import('./modules.mjs').GoModule} */ (modules[name]);
  const go = (/** @type {string[]} */ ...args) =>
    run('go', args, { cwd: path.join(SOURCES, name), env: { ...process.env, CGO_ENABLED: '0' } });

  // One build for all, because Go compiles one program while it links another; the output folder gets the names of their packages.
  const packages = Object.entries(programs);
  const named = packages.filter(([program, from]) => path.basename(from) === program).map(([, from]) => from);
  if (named.length > 0) await go('build', '-trimpath', ...flags, '-o', `${to}/`, ...named);
  for (const [program, from] of packages.filter(([, each]) => !named.includes(each))) {
    await go('build', '-trimpath', ...flags, '-o', path.join(to, program), from);
  }
  if (documents) {
    await go('mod', 'download', documents.module);
    const module = (await go('list', '-m', '-f', '{{.Dir}}', documents.module)).trim();
    const texts = documents.files.map((file) => fs.readFileSync(path.join(module, file), 'utf8'));
    fs.writeFileSync(path.join(to, documents.as), texts.join('\n---\n'));
  }
}
