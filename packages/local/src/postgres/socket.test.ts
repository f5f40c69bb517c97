import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { makeSocketDir, socketUrl } from './socket.js';

it('creates a folder that other users cannot open', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mcpgw-'));
  try {
    await makeSocketDir(join(folder, 'deep', 's'));
    expect((await stat(join(folder, 'deep', 's'))).mode & 0o777).toBe(0o700);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('explains that the path of a folder is too long for a socket', async () => {
  await expect(makeSocketDir(`/tmp/${'ü'.repeat(50)}`)).rejects.toThrow(/119 bytes long.*Use a shorter folder/);
});

it('encodes any folder in the URL', () => {
  const url = new URL(socketUrl('/tmp/a b/ü+&', 'mcp_gateway'));
  expect(url.pathname).toBe('/mcp_gateway');
  expect(url.searchParams.get('host')).toBe('/tmp/a b/ü+&');
});
