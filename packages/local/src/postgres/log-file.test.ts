import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { outputLog } from './log-file.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcpgw-log-'));
  path = join(folder, 'logs', 'postgres.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function write(log: ReturnType<typeof outputLog>, ...lines: string[]) {
  const stream = new PassThrough();
  const recording = log.record(stream);
  for (const line of lines) {
    stream.write(`${line}\n`);
    await new Promise(setImmediate); // one chunk each
  }
  stream.end();
  await recording.end;
  return recording;
}

it('appends the streams and remembers the end of the output', async () => {
  await write(outputLog(path), 'one');
  const recording = await write(outputLog(path), 'two', 'x'.repeat(3_000), 'end');
  expect(readFileSync(path, 'utf8')).toBe(`one\ntwo\n${'x'.repeat(3_000)}\nend\n`);
  expect(recording.text()).toMatch(/^x{1990,}\nend$/);
});

it('keeps the file and its predecessor within the limit', async () => {
  const lines = Array.from({ length: 10 }, (_, i) => `line ${i}`);
  await write(outputLog(path, 20), ...lines);
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('line 6\nline 7\n');
  expect(readFileSync(path, 'utf8')).toBe('line 8\nline 9\n');
});
