import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../../test/supervisor.js';
import { logWriter } from './writer.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'echo', '0.log');
});
afterEach(() => folder.remove());

const line = (text: string) => Buffer.from(`${text}\n`);
const now = () => readFileSync(file, 'utf8');
const before = () => readFileSync(`${file}.1`, 'utf8');

describe('a log file', () => {
  it('has written bytes at once', () => {
    const log = logWriter(file, 100);
    log.write(line('first'));
    expect(now()).toBe('first\n');
    log.write(line('second'));
    expect(now()).toBe('first\nsecond\n');
  });

  it('is readable by its owner only', () => {
    logWriter(file).write(line('secret'));
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('is continued by the next writer', () => {
    const first = logWriter(file, 20);
    first.write(line('first'));
    first.close();
    const second = logWriter(file, 20);
    second.write(line('second'));
    expect(now()).toBe('first\nsecond\n');
    second.write(line('third__'));
    expect([before(), now()]).toEqual(['first\nsecond\n', 'third__\n']);
  });

  it('is rotated before it exceeds the limit', () => {
    const log = logWriter(file, 10);
    log.write(line('12345'));
    log.write(line('678')); // exactly at the limit
    expect(existsSync(`${file}.1`)).toBe(false);
    log.write(line('9'));
    expect([before(), now()]).toEqual(['12345\n678\n', '9\n']);
    log.write(line('abcdefghi'));
    expect([before(), now()]).toEqual(['9\n', 'abcdefghi\n']);
  });

  it('never takes more than twice the limit on disk, even with one long line', () => {
    const log = logWriter(file, 1_000);
    for (let i = 0; i < 200; i += 1) {
      log.write(Buffer.alloc((i * 37) % 2_500, 'x'));
      const size = statSync(file).size + (existsSync(`${file}.1`) ? statSync(`${file}.1`).size : 0);
      expect(size).toBeLessThanOrEqual(2_000);
    }
  });

  it('does not throw when it cannot be written', () => {
    const log = logWriter(file, 10);
    log.write(line('first'));
    mkdirSync(`${file}.1`); // so that it cannot be rotated
    expect(() => log.write(line('second line'))).not.toThrow();
    expect(() => log.write(line('third'))).not.toThrow();
    expect(() => log.close()).not.toThrow();
  });

  it('is not written once it is closed or its folder is gone', () => {
    const log = logWriter(file, 10);
    rmSync(folder.path, { recursive: true });
    expect(() => log.write(line('a long line'))).not.toThrow();
    log.close();
    log.close();
    expect(() => log.write(line('x'))).not.toThrow();
    expect(existsSync(file)).toBe(false);
  });
});
