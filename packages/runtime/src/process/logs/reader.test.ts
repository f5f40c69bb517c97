import { adapter } from '../../../test/refs.js';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { descriptorsOf } from '../../../test/descriptors.js';
import { temporaryFolder } from '../../../test/supervisor.js';
import { logFile, logFolder } from './files.js';
import { logWriter } from './writer.js';
import type { LogOptions, LogReader } from '../../runtime.js';
import { processLogs } from './reader.js';

const ECHO = { ...adapter('echo'), id: '9a0c7a2e-53bc-4b2c-9a5c-6f4a3f6f0b11' };
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let logs: LogReader;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  logs = processLogs(folder.path);
  await mkdir(logFolder(folder.path, ECHO));
  file = logFile(folder.path, ECHO, 0);
});
const reading = new Set<AbortController>();
afterEach(async () => {
  for (const each of reading) each.abort();
  reading.clear();
  await folder.remove();
});

const ONCE: LogOptions = {
  instance: 0,
  tail: 1_000,
  follow: false,
  previous: false,
  sinceSeconds: undefined,
  signal: new AbortController().signal,
};

async function read(options: Partial<LogOptions> = {}): Promise<string | null> {
  const stream = await logs.read(ECHO, { ...ONCE, ...options });
  if (!stream) return null;
  const chunks = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** Reads on while the test writes. */
async function follow(tail = 1_000) {
  const stop = new AbortController();
  reading.add(stop);
  const stream = await logs.read(ECHO, { ...ONCE, tail, follow: true, signal: stop.signal });
  const chunks = (stream as AsyncIterable<Buffer | string>)[Symbol.asyncIterator]();
  return {
    stop: () => stop.abort(),
    /** The next that comes; null at the end. */
    next: async () => {
      const { done, value } = await chunks.next();
      return done ? null : String(value);
    },
  };
}

describe('the logs of a replica', () => {
  it.each([
    ['first\nsecond\nthird\n', 0, ''],
    ['first\nsecond\nthird\n', 1, 'third\n'],
    ['first\nsecond\nthird\n', 2, 'second\nthird\n'],
    ['first\nsecond\nthird\n', 3, 'first\nsecond\nthird\n'],
    ['first\nsecond\nthird\n', 10_000, 'first\nsecond\nthird\n'],
    ['first\nsecond', 1, 'second'],
    ['first', 1, 'first'],
    ['a\n\n\n', 2, '\n\n'],
    ['\nsecond\n', 1, 'second\n'],
    ['\nsecond\n', 2, '\nsecond\n'],
    ['\n', 1, '\n'],
    ['\n\n', 1, '\n'],
    ['ä\n🦙\n', 1, '🦙\n'],
    ['', 5, ''],
  ])('%j end with %i lines: %j', async (text, tail, expected) => {
    await writeFile(file, text);
    expect(await read({ tail })).toBe(expected);
  });

  it('begin in the previous file, if there is one', async () => {
    await writeFile(`${file}.1`, 'first\nsecond\n');
    await writeFile(file, 'third\n');
    expect(await read()).toBe('first\nsecond\nthird\n');
    expect(await read({ tail: 2 })).toBe('second\nthird\n');
    expect(await read({ tail: 1 })).toBe('third\n');
  });

  it('are those of the requested instance', async () => {
    await writeFile(file, 'of 0\n');
    await writeFile(logFile(folder.path, ECHO, 1), 'of 1\n');
    expect(await read({ instance: 1 })).toBe('of 1\n');
  });

  it('are null while the replica has not written, or does not exist', async () => {
    expect(await read()).toBeNull();
    expect(await logs.read({ ...ECHO, name: 'ghost' }, ONCE)).toBeNull();
  });
});

describe('logs that are followed', () => {
  it('begin with the last lines and go on with new ones', async () => {
    await writeFile(file, 'first\nsecond\n');
    const { next } = await follow(1);
    expect(await next()).toBe('second\n');
    await appendFile(file, 'third\n');
    expect(await next()).toBe('third\n');
    await appendFile(file, 'fou');
    expect(await next()).toBe('fou');
  });

  it('may begin with no lines', async () => {
    await writeFile(file, 'first\n');
    const { next } = await follow(0);
    await appendFile(file, 'second\n');
    expect(await next()).toBe('second\n');
  });

  it('wait for a replica that has not written yet', async () => {
    const { next } = await follow();
    const first = next();
    await writeFile(file, 'first\n');
    expect(await first).toBe('first\n');
  });

  it('go on in the new file when the file is full', async () => {
    await writeFile(file, 'a long first line\n');
    const { next } = await follow();
    expect(await next()).toBe('a long first line\n');
    await rename(file, `${file}.1`);
    await writeFile(file, 'second\n');
    expect(await next()).toBe('second\n');
    await appendFile(file, 'third\n');
    expect(await next()).toBe('third\n');
  });

  it.each([1, 2])('lose nothing when the file is rotated %i times at once', async (times) => {
    const log = logWriter(file, 100);
    log.write(Buffer.from('line 0\n'));
    const { next } = await follow();
    let text = (await next()) as string;
    // All of it between two polls of the reader.
    const lines = Array.from({ length: 15 * times }, (_, i) => `line ${i + 1}\n`);
    for (const line of lines) log.write(Buffer.from(line));
    log.write(Buffer.from('end\n'));
    while (!text.endsWith('end\n')) text += await next();
    expect(text).toBe(`line 0\n${lines.join('')}end\n`);
    log.close();
  });

  it('keep no file open once the reader has stopped, even one that never read', async () => {
    await writeFile(file, 'first\n');
    const before = descriptorsOf(file);
    const { next, stop } = await follow();
    expect(await next()).toBe('first\n');
    expect(descriptorsOf(file)).toBe(before + 1);
    const end = next();
    stop();
    expect(await end).toBeNull();
    const lines = await logs.read(ECHO, { ...ONCE, follow: true });
    await lines?.[Symbol.asyncIterator]().return?.();
    await read();
    expect(descriptorsOf(file)).toBe(before);
  });

  it('end when the adapter is removed', async () => {
    await writeFile(file, 'first\n');
    const { next } = await follow();
    await next();
    await rm(logFolder(folder.path, ECHO), { recursive: true });
    expect(await next()).toBeNull();
  });

  it('end when an adapter without any output is removed', async () => {
    const { next } = await follow();
    const end = next();
    await rm(logFolder(folder.path, ECHO), { recursive: true });
    expect(await end).toBeNull();
  });

  it('are not those of the next adapter of the name', async () => {
    const { next, stop } = await follow();
    const first = next();
    const bobs = { ...ECHO, id: 'f3b9a0ce-8a43-4d0e-9b9e-0a6d7a1c5e42' };
    await mkdir(logFolder(folder.path, bobs));
    await writeFile(logFile(folder.path, bobs, 0), 'secret of bob\n');
    const theirs = await logs.read(bobs, { ...ONCE, follow: true, signal: AbortSignal.timeout(10_000) });
    for await (const lines of theirs ?? []) {
      expect(String(lines)).toBe('secret of bob\n');
      break;
    }
    stop();
    expect(await first).toBeNull();
    expect(await read()).toBeNull();
  });

  it('end when the reader stops, even before the first line', async () => {
    for (const text of ['first\n', null]) {
      if (text) await writeFile(file, text);
      else await rm(file);
      const { next, stop } = await follow(0);
      const end = next();
      stop();
      expect(await end).toBeNull();
    }
  });
});
