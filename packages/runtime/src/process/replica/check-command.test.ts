import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../../test/supervisor.js';
import { checkCommand } from './check-command.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  path = ['bin', 'sbin'].map((name) => join(folder.path, name)).join(':');
  for (const name of ['bin', 'sbin', 'bin/folder']) await mkdir(join(folder.path, name));
  for (const [name, mode] of [
    ['bin/plain', 0o644],
    ['sbin/server', 0o755],
  ] as const) {
    await writeFile(join(folder.path, name), '#!/bin/sh\n');
    await chmod(join(folder.path, name), mode);
  }
});
afterAll(() => folder.remove());

const check = (command: string, cwd = folder.path) => checkCommand({ command, cwd, args: [], env: {} }, path);
const ADVICE = 'Install it or make it executable, or correct "command" in the catalogue.';

describe('a command', () => {
  it.each(['server', './sbin/server', 'sbin/server'])('is found as a shell finds it: %s', async (command) => {
    await expect(check(command)).resolves.toBeUndefined();
  });

  it('needs no working directory', async () => {
    await expect(checkCommand({ command: process.execPath, args: [], env: {} }, path)).resolves.toBeUndefined();
  });

  it.each([
    ['no-such-command', 'is not on the PATH'],
    ['folder', 'is not on the PATH'],
    ['./server', 'does not exist'],
    ['/no/such/command', 'does not exist'],
    ['plain', 'may not be run'],
    ['./bin/plain', 'may not be run'],
  ])('is refused with what is wrong with it: %s %s', async (command, why) => {
    await expect(check(command)).rejects.toMatchObject({
      reason: 'StartFailed',
      message: `The command "${command}" ${why}. ${ADVICE}`,
    });
  });

  it.each(['does/not/exist', 'sbin/server'])(
    'is refused when its working directory is not a folder: %s',
    async (cwd) => {
      await expect(check('server', join(folder.path, cwd))).rejects.toMatchObject({
        reason: 'StartFailed',
        message: `The command "server" has the working directory ${join(folder.path, cwd)}, which is not a folder. Create it, or correct "cwd" in the catalogue.`,
      });
    },
  );
});
