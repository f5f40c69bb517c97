import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { repository } from '../support/launch.js';

const MAX_COLUMNS = 120;
const MAX_CELL = 100;

const { stdout } = await promisify(execFile)('git', ['ls-files', '--', '*.md'], { cwd: repository('.') });
const pages = await Promise.all(
  stdout
    .split('\n')
    .filter(Boolean)
    .map(async (name) => ({ name, lines: proseOf(await readFile(repository(name), 'utf8')) })),
);

it('finds the pages', () => {
  expect(pages.length).toBeGreaterThan(20);
});

it('wraps prose at 120 columns', () => {
  const isLong = (line: string) => !isRow(line) && line.length > MAX_COLUMNS && !isOneWord(line);
  expect(found(isLong)).toEqual([]);
});

it('keeps table cells at 100 characters or fewer', () => {
  const isWide = (line: string) => isRow(line) && cellsOf(line).some((cell) => cell.length > MAX_CELL);
  expect(found(isWide)).toEqual([]);
});

interface Line {
  number: number;
  text: string;
}

/** The lines outside of code fences. */
function proseOf(page: string): Line[] {
  let isCode = false;
  return page.split('\n').flatMap((text, index) => {
    const isFence = /^\s*```/.test(text);
    if (isFence) isCode = !isCode;
    return isFence || isCode ? [] : [{ number: index + 1, text }];
  });
}

const found = (test: (text: string) => boolean): string[] =>
  pages.flatMap(({ name, lines }) =>
    lines.filter(({ text }) => test(text)).map(({ number, text }) => `${name}:${number} ${text}`),
  );

const isRow = (line: string): boolean => /^\s*\|/.test(line);

const cellsOf = (line: string): string[] => line.split(/(?<!\\)\|/).map((cell) => cell.trim());

/** Nothing can break a long URL, so a line may hold one beside a list mark. */
const isOneWord = (line: string): boolean => !/\S\s+\S/.test(line.replace(/^\s*([-*]|\d+\.)\s+/, '').trim());
