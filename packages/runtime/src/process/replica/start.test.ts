import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, afterAll, beforeAll, describe } from '@jest/globals';
import { workload, temporaryFolder } from '../../../test/supervisor.js';
import { unsupportedSetting, checkCommand } from './start.js';

it.each<[what: string, ...Parameters<typeof workload>, reason: string | undefined, names: string]>([
  ['variables of its own', 'echo', { environment: { signal: 'hup', UID: '7' } }, undefined, ''],
  ['none', 'echo', { secretEnvironment: {} }, undefined, ''],
  [
    'a variable from a Secret',
    'echo',
    { secretEnvironment: { TOKEN: { secret: 'mcp', key: 'token' } } },
    'SecretsNotSupported',
    'TOKEN',
  ],
  [
    'a variable of the shell',
    'echo',
    { environment: { GREETING: 'hi', OPTIND: 'abc' } },
    'VariableNotSupported',
    'OPTIND',
  ],
])('a workload with %s', (_what, name, more, reason, names) => {
  const failure = unsupportedSetting(workload(name, more));
  expect(failure?.reason).toBe(reason);
  expect(failure?.message ?? '').toContain(names);
});

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
