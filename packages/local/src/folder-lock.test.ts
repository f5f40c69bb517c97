import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { lockFolder, type FolderLock } from './folder-lock.js';

let folder: string;
const held = new Set<FolderLock>();
const others: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcpgw-'));
});
afterEach(async () => {
  for (const other of others.splice(0)) other.kill('SIGKILL');
  await Promise.all([...held].map((each) => each.release()));
  await rm(folder, { recursive: true });
});

const path = () => join(folder, 'lock.sock');
async function lock(isEnding = () => false): Promise<FolderLock | null> {
  const taken = await lockFolder(path(), () => mkdir(folder, { recursive: true }), isEnding);
  if (!taken) return null;
  const own = {
    release() {
      held.delete(own);
      return taken.release();
    },
  };
  held.add(own);
  return own;
}

/** A process that listens where the lock is, and says nothing. */
async function listener(): Promise<ChildProcess> {
  const listens = `require('node:net').createServer().listen(process.argv[1], () => console.log('listens'))`;
  const other = spawn(process.execPath, ['-e', listens, path()]);
  others.push(other);
  await once(other.stdout, 'data');
  return other;
}

it('the lock is held by one process until it releases the lock', async () => {
  const first = await lock();
  expect(await lock()).toBeNull();
  expect(await lock()).toBeNull();
  await first?.release();
  expect(await lock()).not.toBeNull();
  expect(await lock()).toBeNull();
});

it('the lock of a killed process is free', async () => {
  const killed = await listener();
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(await lock()).not.toBeNull();
});

it('a process waits for a holder that is shutting down', async () => {
  let isEnding = false;
  const first = await lock(() => isEnding);
  isEnding = true;
  let isTaken = false;
  const second = lock().finally(() => (isTaken = true));
  await delay(50); // long enough to be refused
  expect(isTaken).toBe(false);
  await first?.release();
  expect(await second).not.toBeNull();
});

it('the lock of a holder that does not answer is not taken', async () => {
  await listener();
  expect(await lock()).toBeNull();
});
