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
    .map(async (name) => ({ name, lines: linesOf(await readFile(repository(name), 'utf8')) })),
);

it('finds the pages', () => {
  expect(pages.length).toBeGreaterThan(20);
});

it('wraps prose and code at 120 columns', () => {
  const isLong = ({ text, isCode }: Line) =>
    text.length > MAX_COLUMNS && (isCode || (!isRow(text) && !isOneWord(text)));
  expect(found(isLong)).toEqual([]);
});

it('keeps table cells at 100 characters or fewer', () => {
  const isWide = ({ text, isCode }: Line) =>
    !isCode && isRow(text) && cellsOf(text).some((cell) => cell.length > MAX_CELL);
  expect(found(isWide)).toEqual([]);
});

interface Line {
  number: number;
  text: string;
  /** Between code fences. */
  isCode: boolean;
}

function linesOf(page: string): Line[] {
  let isCode = false;
  return page.split('\n').map((text, index) => {
    if (/^\s*```/.test(text)) isCode = !isCode;
    return { number: index + 1, text, isCode };
  });
}

const found = (test: (line: Line) => boolean): string[] =>
  pages.flatMap(({ name, lines }) => lines.filter(test).map(({ number, text }) => `${name}:${number} ${text}`));

const isRow = (line: string): boolean => /^\s*\|/.test(line);

const cellsOf = (line: string): string[] => line.split(/(?<!\\)\|/).map((cell) => cell.trim());

/** Nothing can break a long URL, so a line may hold one beside a list mark. */
const isOneWord = (line: string): boolean => !/\S\s+\S/.test(line.replace(/^\s*([-*]|\d+\.)\s+/, '').trim());
