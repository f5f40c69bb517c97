import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { folder } from '../support/after-tests.js';
import type * as Cache from './cache.mjs';
import { identify } from './machine/processes.mjs';

const fill = (contents: string) => (into: string) => writeFile(join(into, 'file'), contents);

describe('the cache of the test clusters', () => {
  let cache: typeof Cache;

  beforeAll(async () => {
    process.env['XDG_CACHE_HOME'] = await folder();
    cache = await import('./cache.mjs');
  });

  const nameOf = (what: string, input: string) => `${what}-${cache.keyOf(input)}`;

  it('makes an entry once', async () => {
    const first = await cache.cached(nameOf('thing', 'a'), fill('first'));
    expect(await cache.cached(nameOf('thing', 'a'), fill('second'))).toBe(first);
    expect(await readFile(join(first, 'file'), 'utf8')).toBe('first');
  });

  it('keeps nothing of an entry whose making failed', async () => {
    const name = nameOf('broken', 'a');
    const fail = async (into: string) => {
      await fill('half')(into);
      throw new Error('no space left');
    };
    await expect(cache.cached(name, fail)).rejects.toThrow('no space left');
    expect((await readdir(cache.cacheFolder)).filter((each) => each.startsWith('broken'))).toEqual([]);
    expect(existsSync(await cache.cached(name, fill('whole')))).toBe(true);
  });

  it('makes an entry once when two callers want it at the same time', async () => {
    const name = nameOf('raced', 'a');
    let made = 0;
    const make = async (into: string) => {
      made += 1;
      await fill('made')(into);
    };
    const both = await Promise.all([cache.cached(name, make), cache.cached(name, make)]);
    expect(new Set(both).size).toBe(1);
    expect(made).toBe(1);
  });

  it('makes an entry again when the process that made it died', async () => {
    const name = nameOf('left', 'a');
    const lock = join(cache.cacheFolder, `${name}.making`);
    const child = spawn(process.execPath, ['--eval', '']);
    const owner = { process: identify(Number(child.pid)), holds: true };
    await once(child, 'exit');
    await mkdir(lock, { recursive: true });
    await writeFile(join(lock, 'owner.json'), JSON.stringify(owner));
    expect(existsSync(await cache.cached(name, fill('made')))).toBe(true);
    expect(existsSync(lock)).toBe(false);
  });

  it('keeps the four most recently used entries of a kind', async () => {
    await cache.cached(nameOf('kind-of-another', 'a'), fill('another'));
    for (const [age, input] of ['a', 'b', 'c', 'd'].entries()) {
      const made = await cache.cached(nameOf('kind', input), fill(input));
      const time = new Date(Date.now() - 60_000 * (10 - age));
      await utimes(made, time, time);
    }
    await cache.cached(nameOf('kind', 'a'), fill('never'));
    const last = await cache.cached(nameOf('kind', 'e'), fill('e'));
    const left = (await readdir(cache.cacheFolder)).filter((each) => /^kind-[0-9a-f]+$/.test(each));
    expect(left.toSorted()).toEqual(['a', 'c', 'd', 'e'].map((input) => nameOf('kind', input)).toSorted());
    expect(left).toContain(basename(last));
    expect(existsSync(join(cache.cacheFolder, nameOf('kind-of-another', 'a')))).toBe(true);
  });
});
