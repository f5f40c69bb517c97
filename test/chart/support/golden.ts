import { readFile, writeFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import { repository } from '../../support/launch.js';

/** Compares with a golden file; UPDATE_GOLDEN=1 writes it instead, so that a change shows in the diff. */
export async function expectGolden(path: string, text: string): Promise<void> {
  const file = repository(path);
  if (process.env['UPDATE_GOLDEN']) await writeFile(file, text);
  expect(text).toBe(await readFile(file, 'utf8'));
}
