import fs from 'node:fs';
import path from 'node:path';
import { run } from '../machine/command.mjs';
import { root } from '../root.mjs';
import { imageArchive } from './archive.mjs';
import { DEBIAN, unpackDebian } from './debian.mjs';

/** The libraries that Node is linked against, and a shell. */
const PACKAGES = ['libc6', 'libstdc++6', 'libgcc-s1', 'base-files', 'netbase', 'tzdata', 'busybox-static'];
const NPM = '11.21.2';

/** The runtime image, localhost/node:24, with the Node that the project runs on. */
export function nodeArchive() {
  const { name, version } = pinnedNode();
  return imageArchive({
    tag: 'localhost/node:24',
    containerfile: 'node.Containerfile',
    inputs: [DEBIAN, ...PACKAGES, name, version],
    async prepare(context) {
      await unpackDebian(context, PACKAGES);
      fs.copyFileSync(path.join(root, 'node_modules', name, 'bin/node'), path.join(context, 'node'));
    },
  });
}

/** The build image, localhost/node:24-build: the runtime image with npm. */
export async function nodeBuildArchive() {
  return imageArchive({
    tag: 'localhost/node:24-build',
    containerfile: 'node-build.Containerfile',
    inputs: [NPM],
    bases: [await nodeArchive()],
    async prepare(context) {
      await run('npm', ['pack', '--silent', `npm@${NPM}`, '--pack-destination', context], { cwd: context });
      await run('tar', ['-xzf', `npm-${NPM}.tgz`, '--no-same-owner'], { cwd: context });
      fs.renameSync(path.join(context, 'package'), path.join(context, 'npm'));
    },
  });
}

function pinnedNode() {
  const { optionalDependencies } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const name = `node-linux-${process.arch}`;
  if (!fs.existsSync(path.join(root, 'node_modules', name))) throw new Error(`${name} is not installed: npm run build`);
  return { name, version: String(optionalDependencies[name]) };
}
