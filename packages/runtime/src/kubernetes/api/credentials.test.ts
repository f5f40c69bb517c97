import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceAccountCredentials } from './credentials.js';

const SERVER = 'https://10.96.0.1:443';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcpgw-'));
  await writeFile(join(folder, 'ca.crt'), 'the authority');
  await writeFile(join(folder, 'token'), 'first\n');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the service account of a pod', () => {
  it('presents the token, and trusts only the authority of the cluster', async () => {
    const credentials = serviceAccountCredentials(SERVER, folder);
    expect(credentials.server).toBe(SERVER);
    expect(await credentials.current()).toEqual({
      headers: { authorization: 'Bearer first' },
      tls: { ca: 'the authority' },
    });
  });

  it('presents a renewed token within a minute, and reads it no more often', async () => {
    let time = 0;
    const { current } = serviceAccountCredentials(SERVER, folder, () => time);
    await writeFile(join(folder, 'token'), 'second');
    const presented = async (at: number) => {
      time = at;
      return (await current()).headers['authorization'];
    };
    expect(await presented(60_000)).toBe('Bearer first');
    expect(await presented(60_001)).toBe('Bearer second');
    await rm(join(folder, 'token'));
    expect(await presented(120_000)).toBe('Bearer second');
  });

  it('is required at the start', () => {
    expect(() => serviceAccountCredentials(SERVER, join(folder, 'nowhere'))).toThrow('ENOENT');
  });
});
