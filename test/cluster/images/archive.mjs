import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, keyOf } from '../cache.mjs';
import { run, timed } from '../machine/command.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** @param {string[]} args */
const buildah = (...args) => run('buildah', args);

/**
 * Builds an image unless the cache has it.
 * @param {object} image
 * @param {string} image.tag begins with `localhost/`, which container runtimes never pull from a registry
 * @param {string} image.containerfile its name in this folder
 * @param {readonly string[]} image.inputs everything that the image depends on beside the Containerfile
 * @param {readonly string[]} [image.bases] archives of its base images
 * @param {(context: string) => Promise<void>} image.prepare fills a folder with the files that the Containerfile copies
 * @returns {Promise<string>} the archive; its path contains a hash of its inputs, so it can be an input of another image
 */
export async function imageArchive({ tag, containerfile, inputs, bases = [], prepare }) {
  const file = path.join(HERE, containerfile);
  const key = keyOf(tag, fs.readFileSync(file, 'utf8'), ...inputs, ...bases, process.arch);
  const folder = await cached(`image-${path.basename(containerfile, '.Containerfile')}-${key}`, (to) =>
    timed(`Building the image ${tag}`, async () => {
      const context = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-gateway-image-'));
      try {
        await prepare(context);
        for (const base of bases) await pullArchive(base);
        await buildImage(tag, ['--file', file, context]);
      } finally {
        fs.rmSync(context, { recursive: true, force: true });
      }
      await pushArchive(tag, path.join(to, 'image.tar'));
    }),
  );
  return path.join(folder, 'image.tar');
}

/** @param {string} archive */
export const pullArchive = (archive) => buildah('pull', '--quiet', `docker-archive:${archive}`);

/**
 * @param {string} tag
 * @param {string} archive
 */
export const pushArchive = (tag, archive) => buildah('push', '--quiet', tag, `docker-archive:${archive}:${tag}`);

/**
 * @param {string} tag
 * @param {readonly string[]} args of `buildah build`
 */
export async function buildImage(tag, args) {
  // buildah's default runtime, crun, does not run inside of a container.
  const runtime = ['--runtime', 'runc', '--isolation', 'oci', '--network', 'host'];
  const before = await idOf(tag);
  await buildah('build', '--quiet', ...runtime, '--tag', tag, ...args);
  // Removes the image that had the tag and its unshared layers: a gigabyte for each version of the sources.
  if (before && before !== (await idOf(tag))) await buildah('rmi', before).catch(() => {}); // another build may use it
}

/** @param {string} tag */
const idOf = async (tag) => (await buildah('images', '--quiet', '--no-trunc', '--filter', `reference=${tag}`)).trim();
