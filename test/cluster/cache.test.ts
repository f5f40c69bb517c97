import { existsSync } from 'node:fs';
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { folder } from '../support/after-tests.js';
import type * as Cache from './cache.mjs';

const fill = (contents: string) => (into: string) => writeFile(join(into, 'file'), contents);

describe('the cache of what test clusters are made of', () => {
  let cache: typeof Cache;

  beforeAll(async () => {
    process.env['XDG_CACHE_HOME'] = await folder();
    cache = await import('./cache.mjs');
  });

  const nameOf = (what: string, input: string) => `${what}-${cache.keyOf(input)}`;

  it('makes a thing once', async () => {
    const first = await cache.cached(nameOf('thing', 'a'), fill('first'));
    expect(await cache.cached(nameOf('thing', 'a'), fill('second'))).toBe(first);
    expect(await readFile(join(first, 'file'), 'utf8')).toBe('first');
  });

  it('keeps nothing of a thing that could not be finished', async () => {
    const name = nameOf('broken', 'a');
    const fail = async (into: string) => {
      await fill('half')(into);
      throw new Error('no space left');
    };
    await expect(cache.cached(name, fail)).rejects.toThrow('no space left');
    expect((await readdir(cache.cacheFolder)).filter((each) => each.startsWith('broken'))).toEqual([]);
    expect(existsSync(await cache.cached(name, fill('whole')))).toBe(true);
  });

  it('gives both of two who make the same at once what the first has finished', async () => {
    const name = nameOf('raced', 'a');
    const both = await Promise.all([cache.cached(name, fill('one')), cache.cached(name, fill('other'))]);
    expect(new Set(both).size).toBe(1);
  });

  it('keeps four of a kind, those that were used last', async () => {
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
