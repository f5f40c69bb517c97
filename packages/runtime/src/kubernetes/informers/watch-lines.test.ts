import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { linesOf } from './reflector.js';

async function lines(...chunks: string[]): Promise<string[]> {
  const found = [];
  for await (const line of linesOf(Readable.from(chunks.map((chunk) => Buffer.from(chunk))))) found.push(line);
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
    [[], []],
  ])('%j are %j', async (chunks, expected) => {
    expect(await lines(...chunks)).toEqual(expected);
  });

  it('may be cut within a character', async () => {
    const bytes = Buffer.from('ä🦙\n');
    const found = [];
    for await (const line of linesOf(Readable.from([...bytes].map((byte) => Buffer.from([byte]))))) found.push(line);
    expect(found).toEqual(['ä🦙']);
  });

  it('have no bound together', async () => {
    const long = `\n${'x'.repeat(1024 * 1024)}`;
    expect(await lines(...Array<string>(18).fill(long), '\n')).toHaveLength(19);
  });

  it('have a bound', async () => {
    await expect(lines('x'.repeat(17 * 1024 * 1024))).rejects.toThrow('a line without an end');
  });
});
