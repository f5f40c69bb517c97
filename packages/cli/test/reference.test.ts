import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { expect, it } from '@jest/globals';
import { contextsFile } from '../src/frame/contexts-file.js';
import { EXIT } from '../src/frame/exit.js';
import { createProgram } from '../src/program.js';
import { withReference } from '../src/reference.js';

const page = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');

it('docs/cli.md has the reference of the commands; after a build, `node packages/cli/reference.mjs` writes it', () => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()] as const;
  const terminal = { stdin, stdout, stderr };
  const { signal } = new AbortController();
  const program = createProgram({ terminal, variables: {}, contexts: contextsFile(''), signal, version: '' });
  expect(page).toBe(withReference(page, program));
});

it('docs/cli.md lists the exit codes', () => {
  const listed = [...page.matchAll(/^\| `(\d+)` +\|/gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(Object.values(EXIT));
});
