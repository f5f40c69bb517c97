import fs from 'node:fs';
import path from 'node:path';
import { root } from '../root.mjs';
import { imageArchive } from './archive.mjs';
import { nodeArchive } from './node.mjs';

const SERVER = path.join(root, 'packages/runtime/test/server.mjs');

/** The server that the tests of runtimes steer, localhost/server:1. */
export async function testServerArchive() {
  return imageArchive({
    tag: 'localhost/server:1',
    containerfile: 'test-server.Containerfile',
    inputs: [fs.readFileSync(SERVER, 'utf8')],
    bases: [await nodeArchive()],
    prepare: async (context) => fs.copyFileSync(SERVER, path.join(context, 'server.mjs')),
  });
}
