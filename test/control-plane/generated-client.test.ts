import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, jest } from '@jest/globals';
import { temporaryFolder } from '../support/postgres.js';

jest.setTimeout(120_000); // on a busy machine

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const node = (...args: string[]) => run(process.execPath, args, { cwd: root });

/** The errors of tsc for a program that uses the generated types; empty when it compiles. */
async function compiled(folder: string, usage: string): Promise<string> {
  const file = join(folder, 'usage.ts');
  await writeFile(file, usage);
  const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--ignoreConfig', '--types', ''];
  return node('node_modules/typescript/bin/tsc', ...options, file).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}

it('a client that is generated from the document accepts the body in README and the answer of GET', async () => {
  const folder = await temporaryFolder();
  const generator = join(createRequire(import.meta.url).resolve('openapi-typescript/package.json'), '../bin/cli.js');
  await node(generator, 'openapi/mcp-gateway.openapi.json', '-o', join(folder, 'api.ts'));

  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, body] = /curl [^\n]*\/adapters [^\n]*\n\s+-d '(\{.+\})'/.exec(readme) ?? [];
  expect(body).toContain('"imageName"');
  const usage = `
    import type { paths } from './api';
    type Post = paths['/adapters']['post'];
    type Body = Post['requestBody']['content']['application/json'];
    type Read = paths['/adapters/{name}']['get']['responses'][200]['content']['application/json'];
    export const body: Body = ${body};
    export const again = (read: Read): Body => ({ ...read, replicaCount: 3, healthCheck: {}, sessions: { maxOpen: 1 } });
    export const replicas = (read: Read): number => read.replicaCount + read.healthCheck.path.length;
  `;
  expect(await compiled(folder, usage)).toBe('');
  expect(await compiled(folder, usage.replace('"replicaCount"', '"replicas"'))).toMatch(/'"replicas"' does not exist/);
});
