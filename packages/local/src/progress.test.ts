import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { showProgress } from '../setup/progress.mjs';

let shown: string;
let remark: string | undefined;
beforeEach(() => {
  jest.useFakeTimers();
  shown = '';
  remark = undefined;
});
afterEach(() => void jest.useRealTimers());

const begin = (isTTY: boolean, title = 'Compiling', columns = 80) =>
  showProgress(title, { remark: () => remark, out: { isTTY, columns, write: (text: string) => (shown += text) } });

it.each([true, false])('nothing is shown of a step that is quick (terminal: %s)', (isTTY) => {
  const progress = begin(isTTY);
  jest.advanceTimersByTime(400);
  progress.end();
  expect(shown).toBe('');
});

it('a step that fails is shown however quick it is', () => {
  begin(false).end('failed');
  expect(shown).toBe('Compiling … failed\n');
});

it('a terminal sees the time move every second, on one line', () => {
  const progress = begin(true);
  jest.advanceTimersByTime(2_500);
  progress.end();
  const painted = shown.split('\r').map((line) => line.replace('\x1b[K', '').trimEnd());
  expect(painted).toEqual(['Compiling …', 'Compiling … 1 s', 'Compiling … 2 s', 'Compiling … 2.5 s']);
});

it('a narrow terminal sees no line that wraps', () => {
  const progress = begin(true, 'Installing the packages of the repository', 30);
  jest.advanceTimersByTime(100_500);
  progress.end();
  const painted = shown.split(/[\r\n]/).map((line) => line.replace('\x1b[K', ''));
  for (const line of painted) expect(line.length).toBeLessThan(30);
  expect(painted.at(-3)).toBe('Installing the packag… 100 s ');
});

it('a pipe sees it now and then', () => {
  const progress = begin(false);
  jest.advanceTimersByTime(40_000);
  progress.end();
  expect(shown).toBe('Compiling … 16 s … 31 s … 40.0 s\n');
});

it('a remark gets a line of its own, once', () => {
  const progress = begin(false);
  jest.advanceTimersByTime(2_000);
  remark = 'The registry does not answer.';
  jest.advanceTimersByTime(5_000);
  progress.end('failed');
  expect(shown).toBe('Compiling … \nThe registry does not answer.\nCompiling … failed\n');
});
