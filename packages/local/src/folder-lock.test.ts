import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { lockFolder } from './folder-lock.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcpgw-'));
});
afterEach(() => rm(folder, { recursive: true }));

const path = () => join(folder, 'lock.sock');
const lock = (isEnding = () => false) => lockFolder(path(), () => mkdir(folder, { recursive: true }), isEnding);

it('is held by one, until that one releases it', async () => {
  const first = await lock();
  expect(await lock()).toBeNull();
  expect(await lock()).toBeNull();
  await first?.release();
  const second = await lock();
  expect(await lock()).toBeNull();
  await second?.release();
});

it('is taken from one that was killed', async () => {
  const listens = `require('node:net').createServer().listen(process.argv[1], () => console.log('listens'))`;
  const killed = spawn(process.execPath, ['-e', listens, path()]);
  await once(killed.stdout, 'data');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const taken = await lock();
  expect(taken).not.toBeNull();
  await taken?.release();
});

it('is waited for while the one that has it is about to end', async () => {
  let isEnding = false;
  const first = await lock(() => isEnding);
  isEnding = true;
  let isTaken = false;
  const second = lock().finally(() => (isTaken = true));
  await delay(50); // long enough to be refused
  expect(isTaken).toBe(false);
  await first?.release();
  const taken = await second;
  expect(taken).not.toBeNull();
  await taken?.release();
});

it('is not taken from one that says nothing', async () => {
  const silent = spawn(process.execPath, [
    '-e',
    `require('node:net').createServer().listen(process.argv[1], () => console.log('listens'))`,
    path(),
  ]);
  await once(silent.stdout, 'data');
  try {
    expect(await lock()).toBeNull();
  } finally {
    silent.kill('SIGKILL');
  }
});
