import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const PACKAGE = fileURLToPath(new URL('../../packages/database', import.meta.url));

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'mcpgw with spaces '));
  for (const name of ['package.json', 'generate.mjs', 'prisma', 'src/generated'])
    cpSync(join(PACKAGE, name), join(copy, name), { recursive: true });
  symlinkSync(join(PACKAGE, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true }));

const generate = () => promisify(execFile)(process.execPath, [join(copy, 'generate.mjs')]);
const client = () => join(copy, 'src/generated/client.ts');

it('does nothing while the schema stays the same', async () => {
  const before = statSync(client()).mtimeMs;
  await generate();
  expect(statSync(client()).mtimeMs).toBe(before);
});

it('generates the client when the schema has changed, also in a folder with spaces', async () => {
  appendFileSync(join(copy, 'prisma/schema.prisma'), 'model Extra {\n  id Int @id\n}\n');
  await generate();
  const generated = readFileSync(client(), 'utf8');
  for (const name of ['PrismaClient', 'export type Extra ']) expect(generated).toContain(name);
});

it('names the fault of a schema and tries again the next time', async () => {
  appendFileSync(join(copy, 'prisma/schema.prisma'), 'model Broken {\n');
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(generate()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('schema.prisma') });
  }
});
