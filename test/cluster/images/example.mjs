import fs from 'node:fs';
import path from 'node:path';
import { root } from '../root.mjs';
import { imageArchive } from './archive.mjs';
import { deployPackage } from './deploy.mjs';
import { nodeArchive } from './node.mjs';

const FOLDER = 'servers/mcp-example';
const SERVER = path.join(root, FOLDER);
const DIST = path.join(SERVER, 'dist');

/**
 * The image of the example server, localhost/mcp-example:0.1.0, from the last compilation.
 * @returns {Promise<string>} the archive
 */
export async function exampleArchive() {
  if (!fs.existsSync(path.join(DIST, 'main.js'))) throw new Error('servers/mcp-example is not compiled: npm run build');
  const files = [path.join(root, 'pnpm-lock.yaml'), path.join(SERVER, 'package.json'), ...scripts()];
  return imageArchive({
    tag: 'localhost/mcp-example:0.1.0',
    containerfile: 'mcp-example.Containerfile',
    inputs: files.map((file) => fs.readFileSync(file, 'utf8')),
    bases: [await nodeArchive()],
    async prepare(context) {
      const app = path.join(context, 'app');
      await deployPackage(FOLDER, app);
      fs.cpSync(DIST, path.join(app, 'dist'), { recursive: true });
    },
  });
}

function scripts() {
  const names = fs.readdirSync(DIST, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.js'))
    .toSorted()
    .map((name) => path.join(DIST, name));
}
