import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dataFolder, type DataFolder } from './data-folder.js';

let root: string;
const opened: DataFolder[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mcpgw-'));
});
afterEach(async () => {
  for (const data of opened.splice(0)) await data.release();
  await rm(root, { recursive: true });
});

async function open(path = root): Promise<DataFolder> {
  const data = await dataFolder(path, () => false);
  opened.push(data);
  return data;
}
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('a data folder', () => {
  it('is not changed by a gateway that cannot lock it', async () => {
    const { sockets } = await open();
    await writeFile(join(sockets, 'supervisor.sock'), '');
    await expect(open()).rejects.toThrow(/^Another gateway uses the data folder .* set MCP_GATEWAY_DATA to another/);
    expect(await readdir(sockets)).toContain('supervisor.sock');
  });

  it('has no sockets after its release, and can be used again', async () => {
    const first = await dataFolder(root, () => false);
    await writeFile(join(first.sockets, 'supervisor.sock'), '');
    await first.release();
    await expect(stat(first.sockets)).rejects.toThrow('ENOENT');
    expect((await open()).sessionKey).toBe(first.sessionKey);
  });

  it('keeps its key and its sockets from other users', async () => {
    const { sockets } = await open();
    expect(await modeOf(join(root, 'session.key'))).toBe(0o600);
    expect(await modeOf(sockets)).toBe(0o700);
    expect(await modeOf(join(root, 'api-keys.pepper'))).toBe(0o600);
    expect(await readdir(root)).toEqual(['api-keys.pepper', 'session.key']);
    expect(await readFile(join(root, 'session.key'), 'utf8')).toMatch(/^[\w+/]{43}=$/);
  });

  it('is created with its parents, for its user only', async () => {
    expect((await open(join(root, 'a', 'b'))).root).toMatch(/\/a\/b$/);
    expect(await modeOf(join(root, 'a'))).toBe(0o700);
    expect(await modeOf(join(root, 'a', 'b'))).toBe(0o700);
  });

  it.each(['file', 'file/data', ...(process.platform === 'linux' ? ['/proc/data', '/proc/deep/data'] : [])])(
    'says what to do when it cannot be created: %s',
    async (name) => {
      await writeFile(join(root, 'file'), '');
      await expect(open(resolve(root, name))).rejects.toThrow(
        /^The data folder .* cannot be created: E.* Set MCP_GATEWAY_DATA to another one\.$/,
      );
    },
  );

  it.each(['', 'bm90IDMyIGJ5dGVz'])('says what to do about a key file that contains %j', async (text) => {
    await writeFile(join(root, 'session.key'), text);
    await expect(open()).rejects.toThrow(/session\.key does not contain a key\. Remove the file/);
  });

  it('says what to do when its key cannot be read', async () => {
    await mkdir(join(root, 'session.key'));
    await expect(open()).rejects.toThrow(
      /^The data folder .* cannot be used: EISDIR.* Set MCP_GATEWAY_DATA to another/,
    );
  });

  it('refuses a socket folder that other users may write to', async () => {
    const { sockets, release } = await dataFolder(root, () => false);
    await chmod(sockets, 0o777);
    await expect(open()).rejects.toThrow(/belongs to another user/);
    await release();
  });
});
