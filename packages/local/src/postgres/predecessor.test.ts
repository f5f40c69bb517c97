import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { awaitPredecessor } from './predecessor.js';

let folder: string;
let other: ChildProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcpgw-'));
  // As PostgreSQL does, it names its data folder on the command line.
  other = spawn('/bin/sh', ['-c', 'sleep 60 & wait', 'postgres', '-D', folder], { detached: true });
});
afterEach(() => {
  process.kill(-Number(other.pid), 'SIGKILL');
  rmSync(folder, { recursive: true });
});

const leave = (file: string, pid: number | string) => writeFileSync(join(folder, file), `${pid}\n${folder}\n`);

it('returns at once without a predecessor', async () => {
  expect(await awaitPredecessor(folder, folder, 0)).toEqual({});
});

it('names the process when the other server keeps running', async () => {
  leave('postmaster.pid', Number(other.pid));
  await expect(awaitPredecessor(folder, folder, 50)).rejects.toThrow(
    `Another PostgreSQL server (process ${other.pid}) uses ${folder}.`,
  );
});

it('waits until the other server has ended', async () => {
  leave('postmaster.pid', Number(other.pid));
  const waiting = awaitPredecessor(folder, folder, 10_000);
  rmSync(join(folder, 'postmaster.pid'));
  expect(await waiting).toEqual({});
});

it('keeps the pid file, which guards the shared memory, and makes PostgreSQL ignore its pid', async () => {
  leave('postmaster.pid', process.pid);
  leave('.s.PGSQL.5432.lock', process.pid);
  expect(await awaitPredecessor(folder, folder, 0)).toEqual({ PG_GRANDPARENT_PID: String(process.pid) });
  expect(existsSync(join(folder, 'postmaster.pid'))).toBe(true);
  expect(existsSync(join(folder, '.s.PGSQL.5432.lock'))).toBe(false);
});

it('ignores an empty file', async () => {
  leave('postmaster.pid', '');
  expect(await awaitPredecessor(folder, folder, 0)).toEqual({});
});
