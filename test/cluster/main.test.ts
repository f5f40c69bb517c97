import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { folder } from '../support/after-tests.js';

const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url));

async function run(...args: string[]) {
  const env = { PATH: '', HOME: await folder() };
  const ended = promisify(execFile)(process.execPath, [MAIN, ...args], { env });
  const { code, stderr } = await ended.then(
    (output) => ({ code: 0, ...output }),
    (error: { code: number; stderr: string }) => error,
  );
  return { code, stderr };
}

describe('the command for test clusters', () => {
  it('prints its commands when the argument is unknown', async () => {
    const { code, stderr } = await run('start');
    expect(code).toBe(1);
    expect(stderr).toContain('node test/cluster/main.mjs COMMAND');
  });

  it('lists everything that a machine lacks at once, before it begins', async () => {
    const { code, stderr } = await run('up');
    expect(code).toBe(1);
    expect(stderr).toContain('No cluster can run on this machine:');
    expect(stderr).toContain('It takes Go 1.26 or newer');
    expect(stderr).toMatch(/apt-get install buildah .*runc/);
    expect(stderr).not.toContain('    at ');
  });
});
