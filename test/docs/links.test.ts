import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { repository } from '../support/launch.js';

const { stdout } = await promisify(execFile)('git', ['ls-files', '--', '*.md'], { cwd: repository('.') });
const names = stdout.split('\n').filter((name) => name && existsSync(repository(name)));
const pages = new Map(
  await Promise.all(
    names.map(async (name) => {
      const text = await readFile(repository(name), 'utf8');
      return [name, text.replaceAll(/^ *```.*?^ *```/gms, '')] as const;
    }),
  ),
);

it.each(names)('%s links to files and headings that exist', (name) => {
  const links = [...(pages.get(name) ?? '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !/^[a-z]+:/.test(link) && !exists(name, link))).toEqual([]);
});

function exists(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#', 2);
  const target = path === '' ? from : normalize(join(dirname(from), path));
  if (!existsSync(repository(target))) return false;
  return anchor === undefined || anchorsOf(pages.get(target) ?? '').has(anchor);
}

/** As GitHub makes them of headings, and those that the page sets itself. */
function anchorsOf(page: string): Set<string> {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...Array.from(page.matchAll(/<a id="([^"]+)">/g), ([, id = '']) => id)]);
}
