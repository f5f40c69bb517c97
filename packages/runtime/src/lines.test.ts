import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { readLines } from './lines.js';

async function lines(...chunks: string[]): Promise<string[]> {
  const found = [];
  for await (const line of readLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))))) found.push(line);
  return found;
}

describe('the lines of a stream', () => {
  it.each<[chunks: string[], expected: string[]]>([
    [['{"a":1}\n{"b":2}\n'], ['{"a":1}', '{"b":2}']],
    [
      ['{"a"', ':1}', '\n{"b":2}\n'],
      ['{"a":1}', '{"b":2}'],
    ],
    [['one\n', 'half of a line'], ['one']],
    [['a line separator\u2028 in JSON\n'], ['a line separator\u2028 in JSON']],
    [[], []],
  ])('%j are %j', async (chunks, expected) => {
    expect(await lines(...chunks)).toEqual(expected);
  });

  it('may be split within a character', async () => {
    const bytes = Buffer.from('ä🦙\n');
    const found = [];
    for await (const line of readLines(Readable.from([...bytes].map((byte) => Buffer.from([byte]))))) found.push(line);
    expect(found).toEqual(['ä🦙']);
  });

  it('may exceed the bound together', async () => {
    const long = `\n${'x'.repeat(1024 * 1024)}`;
    expect(await lines(...Array<string>(18).fill(long), '\n')).toHaveLength(19);
  });

  it('may not exceed the bound alone', async () => {
    await expect(lines('x'.repeat(17 * 1024 * 1024))).rejects.toThrow('longer than 16777216 bytes');
  });
});
