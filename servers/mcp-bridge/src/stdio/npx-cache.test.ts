import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { brokenFolderIn, repairNpxCache } from './npx-cache.js';

const LATER = Date.now() + 600_000;
let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'npx-cache-'));
});
afterAll(() => rm(cache, { recursive: true }));

async function folderWith(name: string, ...files: string[]): Promise<string> {
  const folder = join(cache, '_npx', name);
  await mkdir(join(folder, 'node_modules', 'a'), { recursive: true });
  for (const file of files) await writeFile(join(folder, file), '{}');
  return folder;
}

it('finds the folder in what npx writes', () => {
  const line =
    "npm error enoent Could not read package.json: Error: ENOENT: no such file or directory, open '/root/.npm/_npx/cd4394af9034e104/package.json'";
  expect(brokenFolderIn(line)).toBe('/root/.npm/_npx/cd4394af9034e104');
});

it.each([
  "ENOENT: no such file or directory, open '/home/a/package.json'",
  "ENOENT: no such file or directory, open '/root/.npm/_npx/../../home/package.json'",
  'npm warn something',
])('finds none in %j', (line) => {
  expect(brokenFolderIn(line)).toBeUndefined();
});

it('removes a folder that an interrupted npx has left behind', async () => {
  const folder = await folderWith('0123456789abcdef');
  const log: string[] = [];
  await repairNpxCache(folder, (line) => log.push(line), LATER);
  expect(existsSync(folder)).toBe(false);
  expect(log).toEqual([`mcp-bridge: removed ${folder}, which an interrupted npx has left behind`]);
});

it('leaves a folder that is whole, and one in which an installation may be under way', async () => {
  const [whole, fresh] = [await folderWith('1123456789abcdef', 'package.json'), await folderWith('2123456789abcdef')];
  await repairNpxCache(whole, () => {}, LATER);
  await repairNpxCache(fresh, () => {});
  expect([existsSync(whole), existsSync(fresh)]).toEqual([true, true]);
});
