// Writes the reference in docs/cli.md from the commands. It needs a build; a test compares the page.
import fs from 'node:fs/promises';
import { createProgram } from './dist/program.js';
import { withReference } from './dist/reference.js';

const page = new URL('../../docs/cli.md', import.meta.url);
const { stdin, stdout, stderr } = process;
const program = createProgram({
  terminal: { stdin, stdout, stderr },
  variables: {},
  contexts: { file: '', read: async () => ({ contexts: [] }), update: async () => {} },
  signal: new AbortController().signal,
  version: '',
});
await fs.writeFile(page, withReference(await fs.readFile(page, 'utf8'), program));
