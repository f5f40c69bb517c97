import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

const steps: (() => unknown)[] = [];
afterAll(async () => {
  for (const step of steps.splice(0).toReversed()) await step();
});

/** Runs in reverse order when the tests of the file have ended. */
export const afterTests = (step: () => unknown): void => void steps.push(step);

/** A folder that is removed with the tests; its path has no symbolic links and is short, because sockets are in there. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(await realpath(tmpdir()), 'mcpgw-'));
  afterTests(() => rm(path, { recursive: true, force: true }));
  return path;
}
