import fs from 'node:fs';
import path from 'node:path';
import { root } from '../root.mjs';
import { imageArchive } from './archive.mjs';
import { deployPackage } from './deploy.mjs';
import { nodeArchive } from './node.mjs';

const FOLDER = 'test/conformance/servers';

/**
 * The image with the servers of the conformance suite, localhost/conformance-servers:1.
 * @returns {Promise<string>} the archive
 */
export async function conformanceArchive() {
  const files = [path.join(root, 'pnpm-lock.yaml'), path.join(root, FOLDER, 'package.json'), ...sources()];
  return imageArchive({
    tag: 'localhost/conformance-servers:1',
    containerfile: 'conformance.Containerfile',
    inputs: files.map((file) => fs.readFileSync(file, 'utf8')),
    bases: [await nodeArchive()],
    prepare: (context) => deployPackage(FOLDER, path.join(context, 'app')),
  });
}

function sources() {
  const names = fs.globSync('**/*.ts', { cwd: path.join(root, FOLDER), exclude: ['node_modules'] });
  return names.toSorted().map((name) => path.join(root, FOLDER, name));
}
