import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { repository } from '../support/launch.js';

/** The pages that name files for an engineer. */
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/security.md',
  'docs/vocabulary.md',
  ...(await readdir(repository('docs/decisions'))).map((name) => `docs/decisions/${name}`),
];
/** `services/…/dist` exists after a build only; an entry with `*` stands for several. */
const PATH = /`((?:packages|services|servers|test|bench|charts|docs|openapi)\/[^`*\s]+)`/g;

it.each(PAGES)('%s names files and folders that exist', async (page) => {
  const paths = Array.from((await readFile(repository(page), 'utf8')).matchAll(PATH), ([, path = '']) => path);
  expect(paths.filter((path) => !path.includes('/dist/') && !existsSync(repository(path)))).toEqual([]);
});

it('takes at most twelve files to follow each flow through the code', async () => {
  const page = await readFile(repository('docs/architecture.md'), 'utf8');
  const walks = page.split(/^## /m).filter((section) => /^\| 1\. /m.test(section));
  const steps = walks.map((walk) => (walk.match(/^\| \d+\. .*\| `/gm) ?? []).length);
  expect(steps).toEqual([12, 12, 8]);
});
