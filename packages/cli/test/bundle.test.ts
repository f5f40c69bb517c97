import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { repository } from '../../../test/support/launch.js';

const run = promisify(execFile);

it('works as one file without its packages', async () => {
  await run(process.execPath, [repository('packages/cli/bundle.mjs')]);
  const bundled = repository('packages/cli/dist/bundle/mcp-gateway.mjs');
  const { stdout } = await run(
    process.execPath,
    [bundled, 'clients', 'print', 'codex', 'echo', '--gateway', 'http://h'],
    {
      env: {},
    },
  );
  expect(stdout).toContain('[mcp_servers.echo]\nurl = "http://h/adapters/echo/mcp"\n');
});
