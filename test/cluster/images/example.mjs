import fs from 'node:fs';
import path from 'node:path';
import { run } from '../machine/command.mjs';
import { root } from '../root.mjs';
import { imageArchive } from './archive.mjs';
import { nodeArchive } from './node.mjs';

const SERVER = path.join(root, 'servers/mcp-example');
const DIST = path.join(SERVER, 'dist');

/**
 * The example server, localhost/mcp-example:0.1.0, as it was last compiled.
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
      const deploy = ['deploy', '--legacy', '--prod', '--no-optional', '--prefer-offline', app];
      await run('npx', ['-y', '--prefer-offline', pnpm(), '--filter', './servers/mcp-example', ...deploy], {
        cwd: root,
      });
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

/** @returns {string} the version that the project pins, such as `pnpm@10.0.0` */
function pnpm() {
  return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).packageManager;
}
