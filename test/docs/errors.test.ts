import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { errorCatalogue, type ErrorCode } from '@mcp-gateway/common/errors';
import { repository } from '../support/launch.js';

const page = await readFile(repository('docs/errors.md'), 'utf8');
const entries = [...page.matchAll(/^## ([A-Z_]+)$(.*?)(?=^## |$(?![^]))/gms)].map(([, code = '', text = '']) => ({
  code,
  text,
}));

it('has one entry for each code of the catalogue, and no entry without a code', () => {
  expect(entries.map(({ code }) => code).toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
});

it.each(entries)('gives $code an anchor, its status, causes and a remedy', ({ code, text }) => {
  expect(text).toContain(`<a id="${code}"></a>`);
  expect(text).toContain(`Status ${errorCatalogue[code as ErrorCode].status}.`);
  expect(text).toMatch(/^\*\*Causes?\.\*\*/m);
  expect(text).toMatch(/^\*\*What to do\.\*\*/m);
});
