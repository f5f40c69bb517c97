import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readConfig, unknownVariables } from './read.js';
import { variablesOf } from './secrets.js';
import { DatabaseUrl } from './urls.js';

const Config = z.object({
  DATABASE_URL: DatabaseUrl,
  PEPPER: z.string().min(4, 'must have at least 4 characters').meta({ secret: true }).optional(),
  PLAIN: z.string().default('usual'),
});
const URL = 'postgresql://u@h/d';

const folder = mkdtempSync(join(tmpdir(), 'mcpgw-'));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}
const read = (environment: Record<string, string>) => readConfig(Config, { DATABASE_URL: URL, ...environment });

describe('a secret from a file', () => {
  it.each([
    ['without a line end', 's3cret', 's3cret'],
    ['with a line end', 's3cret\n', 's3cret'],
    ['with the line end of Windows', 's3cret\r\n', 's3cret'],
    ['with spaces, which may be part of it', ' s3 cret \n', ' s3 cret '],
  ])('is its content, %s', (name, content, value) => {
    expect(read({ PEPPER_FILE: file(name, content) }).PEPPER).toBe(value);
  });

  it('satisfies a setting that is required', () => {
    expect(readConfig(Config, { DATABASE_URL_FILE: file('url', `${URL}\n`) }).DATABASE_URL).toBe(URL);
  });

  it('is optional, and an empty variable names no file', () => {
    expect(read({ PEPPER_FILE: '' }).PEPPER).toBeUndefined();
  });

  it('exists for secrets only', () => {
    expect(read({ PLAIN_FILE: file('plain', 'other') }).PLAIN).toBe('usual');
  });

  it.each([
    [
      'is there beside the variable',
      { PEPPER: 's3cret', PEPPER_FILE: file('both', 's3cret') },
      /^PEPPER and PEPPER_FILE are both set: remove one of them$/,
    ],
    [
      'does not exist',
      { PEPPER_FILE: join(folder, 'absent') },
      /^PEPPER_FILE must name a file with the value of PEPPER: ENOENT.*absent/,
    ],
    ['is a folder', { PEPPER_FILE: folder }, /^PEPPER_FILE must name .* is not a file$/],
    ['is empty', { PEPPER_FILE: file('empty', '\n') }, /^PEPPER_FILE must name .* is empty$/],
    [
      'is too large',
      { PEPPER_FILE: file('large', 's3cret'.repeat(200_000)) },
      /^PEPPER_FILE must name .* is larger than 1048576 bytes$/,
    ],
    [
      'has a wrong value',
      { PEPPER_FILE: file('wrong', 's3c') },
      /^The content of PEPPER_FILE must have at least 4 characters$/,
    ],
    [
      'of a required setting cannot be read',
      { DATABASE_URL: '', DATABASE_URL_FILE: join(folder, 'absent') },
      /^DATABASE_URL_FILE must name [^\n]*$/,
    ],
  ])('is refused in one sentence when it %s', (_what, environment, sentence) => {
    const refusal = () => read(environment);
    expect(refusal).toThrow(sentence);
    expect(refusal).not.toThrow(/s3c/);
  });
});

it('a configuration reads the variables of files of its secrets, too', () => {
  expect(variablesOf(Config)).toEqual(['DATABASE_URL', 'DATABASE_URL_FILE', 'PEPPER', 'PEPPER_FILE', 'PLAIN']);
  expect(unknownVariables({ MCP_GATEWAY_SESSION_KEYS_FILE: '/keys' })).toEqual([]);
});
