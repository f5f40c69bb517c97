import { adapter } from '../../../test/refs.js';
import { readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { descriptorsOf } from '../../../test/descriptors.js';
import { temporaryFolder } from '../../../test/supervisor.js';
import { LOG_BYTES, logFile } from './files.js';
import { ReplicaLogs } from './replica-logs.js';

const ECHO = { ...adapter('echo'), id: '9a0c7a2e-53bc-4b2c-9a5c-6f4a3f6f0b11' };
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let logs: ReplicaLogs;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  logs = new ReplicaLogs(folder.path);
  file = logFile(folder.path, ECHO, 0);
});
afterEach(() => folder.remove());

const line = (text: string) => Buffer.from(`${text}\n`);
const now = () => readFileSync(file, 'utf8');

describe('the log of a replica with two processes', () => {
  it('has the output of both in order, even when one of them fills the file', () => {
    const [draining, successor] = [logs.writer(ECHO, 0), logs.writer(ECHO, 0)];
    draining.write(Buffer.alloc(LOG_BYTES - 4, 'x'));
    successor.write(line('1 new'));
    draining.write(line('2 old'));
    successor.write(line('3 new'));
    expect(now()).toBe('1 new\n2 old\n3 new\n');
    expect(statSync(`${file}.1`).size).toBe(LOG_BYTES - 4);
    expect(descriptorsOf(file)).toBe(1);
  });

  it('is closed with the last of them, and not written by one that has ended', () => {
    const [first, second, other] = [logs.writer(ECHO, 0), logs.writer(ECHO, 0), logs.writer(ECHO, 1)];
    first.close();
    first.close();
    first.write(line('too late'));
    second.write(line('in time'));
    expect(now()).toBe('in time\n');
    second.close();
    expect(descriptorsOf(file)).toBe(0);
    const third = logs.writer(ECHO, 0);
    third.write(line('again'));
    expect(now()).toBe('in time\nagain\n');
    for (const each of [third, other]) each.close();
    expect(descriptorsOf(file)).toBe(0);
  });

  it('is not that of a resource of another kind and the same name', () => {
    const theirs = { ...ECHO, kind: 'tool' as const };
    for (const each of [ECHO, theirs]) logs.writer(each, 0).write(line(each.kind));
    expect(now()).toBe('adapter\n');
    logs.remove(adapter('echo'));
    expect(logs.owners()).toEqual([theirs]);
    expect(readFileSync(logFile(folder.path, theirs, 0), 'utf8')).toBe('tool\n');
  });

  it('is a new file after a removal, even while a process holds the old one', () => {
    const before = logs.writer(ECHO, 0);
    logs.remove(adapter('echo'));
    const after = logs.writer(ECHO, 0);
    before.write(line('of before'));
    after.write(line('of after'));
    before.close();
    logs.writer(ECHO, 0).write(line('of both'));
    expect(now()).toBe('of after\nof both\n');
    expect(descriptorsOf(file)).toBe(1);
  });
});
