import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, jest } from '@jest/globals';
import { repository } from '../support/launch.js';
import { temporaryFolder } from '../support/postgres.js';

jest.setTimeout(180_000); // on a busy machine
const run = promisify(execFile);

it('the tarball of the client works alone, with its types', async () => {
  const folder = await temporaryFolder();
  const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: repository('packages/client'),
  });
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, stdout.trim())];
  await run('npm', install, { cwd: folder });
  const usage = (field: string) => `
    import { createGatewayClient, GatewayError } from '@mcp-gateway/client';
    const client = createGatewayClient({ url: 'http://127.0.0.1:2', maxRetries: 0 });
    const read = async (): Promise<string> => (await client.call('getAdapter', { path: { name: 'echo' } })).${field};
    await read().catch((thrown: unknown) => console.log(thrown instanceof GatewayError, (thrown as Error).name));
  `;
  const compile = async (field: string) => {
    await writeFile(join(folder, 'usage.ts'), usage(field));
    const options = [
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--ignoreConfig',
      '--types',
      '',
      '--lib',
      'es2022,dom',
      'usage.ts',
    ];
    return run(process.execPath, [repository('node_modules/typescript/bin/tsc'), ...options], { cwd: folder }).then(
      () => '',
      ({ stdout: faults }: { stdout: string }) => faults,
    );
  };
  expect(await compile('nothing')).toMatch(/'nothing' does not exist/);
  expect(await compile('name')).toBe('');
  expect((await run(process.execPath, ['usage.js'], { cwd: folder })).stdout).toBe('false ConnectionError\n');
});
