import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { afterTests, folder } from '../support/after-tests.js';
import { collect, repository } from '../support/launch.js';
import { waitFor } from '../support/wait.js';

let home: string;
const at = (name: string) => join(home, name);
beforeAll(async () => {
  home = await folder();
  await writeFile(at('keys'), `${Buffer.alloc(32).toString('base64')}\n`);
  await writeFile(at('redis'), 'redis://127.0.0.1:1\n');
});

function startDataPlane(environment: Record<string, string>) {
  const env = { PATH: process.env['PATH'], PORT: '0', CONTROL_PLANE_URL: 'http://127.0.0.1:1', ...environment };
  const program = repository('services/data-plane/dist/main.js');
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  afterTests(() => child.kill('SIGKILL'));
  return { child, output: collect(child) };
}

it('a data plane starts with its secrets in files, and follows the file of its session keys', async () => {
  const { output } = startDataPlane({ REDIS_URL_FILE: at('redis'), MCP_GATEWAY_SESSION_KEYS_FILE: at('keys') });
  await waitFor('the start', () => output().includes('data plane listens'), 20_000);
  expect(output()).not.toContain('is not a setting');
  await writeFile(at('keys'), 's3cret');
  await waitFor('the fault', () => output().includes('The content of MCP_GATEWAY_SESSION_KEYS_FILE must be'), 20_000);
  expect(output()).not.toContain('s3cret');
}, 50_000);

it('a data plane refuses to start with a secret that is given twice', async () => {
  const twice = { REDIS_URL: 'redis://127.0.0.1:1', REDIS_URL_FILE: at('redis') };
  const { child, output } = startDataPlane({ ...twice, MCP_GATEWAY_SESSION_KEYS_FILE: at('keys') });
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(output()).toContain('REDIS_URL and REDIS_URL_FILE are both set: remove one of them');
}, 20_000);
