import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { z } from 'zod';
import { followedSecret, followSecret } from './follow-files.js';

const Keys = z.string().regex(/^k/, 'must begin with k').meta({ secret: true });

let root: string;
let file: string;
let lines: string[];
let seen: string[];
let stop: () => void;

/** As the kubelet does: a folder for each version, and one symbolic link that it swaps. */
function mount(version: string, content: string) {
  mkdirSync(join(root, version));
  writeFileSync(join(root, version, 'keys'), content);
  symlinkSync(version, join(root, '..data_tmp'));
  renameSync(join(root, '..data_tmp'), join(root, '..data'));
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mcpgw-'));
  file = join(root, 'keys');
  [lines, seen] = [[], []];
  mount('..1', 'k1\n');
  symlinkSync('..data/keys', file);
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) });
  stop = followSecret('KEYS', Keys, { KEYS_FILE: file }, (keys) => void seen.push(keys), { log, everyMs: 5 });
});
afterEach(() => {
  stop();
  rmSync(root, { recursive: true });
});

const both = (first: () => void, second: () => void) => () => {
  first();
  second();
};

async function until(done: () => boolean) {
  while (!done()) await delay(5);
}

it('hands on a mounted Secret whenever it changes, and only then', async () => {
  await until(() => seen.length > 0);
  mount('..2', 'k2\n');
  await until(() => seen.length > 1);
  await delay(25);
  mount('..3', 'k3\n');
  await until(() => seen.length > 2);
  expect(seen).toEqual(['k1', 'k2', 'k3']);
  expect(lines.filter((line) => line.includes('is in use'))).toHaveLength(2);
  expect(lines.join()).not.toMatch(/k[123]/);
});

it('keeps what it had when the content is wrong or the file is gone, says so once, and goes on', async () => {
  await until(() => seen.length > 0);
  mount('..2', 's3cret');
  await until(() => lines.length > 0);
  rmSync(file);
  await until(() => lines.length > 1);
  await delay(25);
  symlinkSync('..data/keys', file);
  mount('..3', 'k3');
  await until(() => seen.length > 1);
  expect(seen).toEqual(['k1', 'k3']);
  const faults = lines.filter((line) => line.includes('cannot be used'));
  expect(faults[0]).toContain('The content of KEYS_FILE must begin with k');
  expect(faults[1]).toContain('ENOENT');
  expect(faults.join()).not.toContain('s3cret');
});

it('gives the present value of a setting, which stays until its file has another one', async () => {
  const log = pino({ enabled: false });
  const value = followedSecret(
    'k0',
    'KEYS',
    Keys,
    { KEYS_FILE: file },
    { log, everyMs: 5, defer: (end) => (stop = both(stop, end)) },
  );
  expect(value?.()).toBe('k0');
  await until(() => value?.() === 'k1');
  mount('..2', 'wrong');
  await until(() => lines.length > 0);
  expect(value?.()).toBe('k1');
  const none = followedSecret(undefined, 'KEYS', Keys.optional(), {}, { log, defer: () => {} });
  expect(none).toBeUndefined();
});

it('follows nothing when the setting is a variable', () => {
  const log = pino({ enabled: false });
  expect(() => followSecret('KEYS', Keys, { KEYS: 'k1' }, () => seen.push('never'), { log })()).not.toThrow();
});
