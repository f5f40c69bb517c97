import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cached, cacheFolder, keyOf } from '../cache.mjs';
import { run, timed } from '../machine/command.mjs';
import { root } from '../root.mjs';
import { buildImage, pullArchive, pushArchive } from './archive.mjs';
import { ccArchive } from './cc.mjs';
import { nodeBuildArchive } from './node.mjs';
import { registryAccess } from './registry-access.mjs';

/** The targets of services/Dockerfile. */
const TARGETS = /** @type {const} */ ([
  'data-plane',
  'control-plane',
  'deployment-worker',
  'tool-router',
  'mcp-example',
  'tool-example',
  'mcp-bridge',
  'supervisor',
  'development-issuer',
]);
const TAG = 'test';
const NAME = 'images-gateway';
const RETENTION_MS = 24 * 60 * 60 * 1000;

/** @param {string} target */
export const gatewayImage = (target) => `localhost/mcp-gateway/${target}:${TAG}`;

/**
 * The images of this checkout, by services/Dockerfile. Takes minutes after a change of dependencies, one minute after a change of
 * sources, no time otherwise.
 * @returns {Promise<Record<typeof TARGETS[number], string>>} the archive of each
 */
export async function gatewayArchives() {
  const bases = [await nodeBuildArchive(), await ccArchive()];
  const folder = await cached(`${NAME}-${keyOf(await sources(), ...TARGETS, ...bases)}`, (to) =>
    timed('Building the images of the gateway', async () => {
      for (const base of bases) await pullArchive(base);
      const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-gateway-image-'));
      try {
        const registry = await registryAccess(temporary);
        // A build of its own gives it a tag, so that the next build replaces it.
        await buildImage(gatewayImage('build'), [...BUILD, '--target', 'build', ...registry, root]);
        for (const target of TARGETS) {
          await buildImage(gatewayImage(target), [...BUILD, '--target', target, ...registry, root]);
          await pushArchive(gatewayImage(target), path.join(to, `${target}.tar`));
        }
      } finally {
        fs.rmSync(temporary, { recursive: true, force: true });
      }
    }),
  );
  forgetUnused(folder);
  const archives = TARGETS.map((target) => [target, path.join(folder, `${target}.tar`)]);
  return Object.fromEntries(archives);
}

/**
 * Removes archives that have not been used for a while: those of one version of the sources take a gigabyte.
 * @param {string} used
 */
function forgetUnused(used) {
  const now = Date.now();
  fs.utimesSync(used, now / 1000, now / 1000);
  for (const name of fs.readdirSync(cacheFolder).filter((each) => each.startsWith(NAME))) {
    const folder = path.join(cacheFolder, name);
    if (now - fs.statSync(folder).mtimeMs > RETENTION_MS) fs.rmSync(folder, { recursive: true, force: true });
  }
}

const BUILD = [
  '--file=services/Dockerfile',
  '--layers', // the targets share layers
  '--build-arg=NODE_IMAGE=localhost/node:24-build',
  '--build-arg=BASE_IMAGE=localhost/cc:12',
  '--build-arg=REVISION=test',
];

/** @returns {Promise<string>} a hash of the files that go into the images, according to git and .dockerignore */
async function sources() {
  const paths = [
    'packages',
    'services',
    'servers',
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    '.pnpmfile.cjs',
    'tsconfig.json',
    'tsconfig.base.json',
  ];
  const listing = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...paths], {
    cwd: root,
  });
  const files = listing
    .split('\0')
    .filter((file) => file && !file.endsWith('.test.ts') && fs.existsSync(path.join(root, file)));
  return keyOf(...files.flatMap((file) => [file, fs.readFileSync(path.join(root, file), 'utf8')]));
}
