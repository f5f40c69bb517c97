import fs from 'node:fs';
import path from 'node:path';
import { imageArchive } from './archive.mjs';
import { nodeArchive } from './node.mjs';

/**
 * An image for a test: a script that needs only Node.
 * @param {string} tag
 * @param {string} script
 */
export async function scriptArchive(tag, script) {
  return imageArchive({
    tag,
    containerfile: 'script.Containerfile',
    inputs: [script],
    bases: [await nodeArchive()],
    prepare: async (context) => fs.writeFileSync(path.join(context, 'main.mjs'), script),
  });
}
