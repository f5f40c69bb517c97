import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { aboutFields } from './about.js';

const About = z.strictObject(aboutFields);
const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';

describe('what a resource says of itself', () => {
  it('may be left out', () => {
    expect(About.parse({})).toEqual({ icons: [], tags: [] });
  });

  it.each<[field: string, value: unknown, fault: string | undefined]>([
    ['title', 'Wetter für alle', undefined],
    ['title', '', 'must not be empty'],
    ['title', 'x'.repeat(257), 'must be at most 256 characters'],
    ['title', 'a\0b', 'must be well-formed Unicode without NUL characters'],
    [
      'icons',
      [{ src: 'https://example.com/a.svg', mimeType: 'image/svg+xml', sizes: ['any'], theme: 'dark' }],
      undefined,
    ],
    ['icons', [{ src: PIXEL, sizes: ['48x48'] }], undefined],
    ['icons', [{ src: 'http://example.com/a.png' }], 'must be an https URL, or an image as data:image/png;base64,…'],
    ['icons', [{ src: 'javascript:alert(1)' }], 'must be an https URL, or an image as data:image/png;base64,…'],
    ['icons', [{ src: 'data:text/html;base64,AAAA' }], 'must be an https URL, or an image as data:image/png;base64,…'],
    ['icons', [{ src: 'data:image/svg+xml,<svg/>' }], 'must be an https URL, or an image as data:image/png;base64,…'],
    ['icons', [{ src: `${PIXEL.slice(0, -1)}${'A'.repeat(9000)}` }], 'must be at most 8192 characters'],
    ['icons', [{ src: PIXEL, mimeType: 'text/html' }], 'must be a media type of images such as image/png'],
    ['icons', [{ src: PIXEL, sizes: ['big'] }], 'must be a size such as 48x48, or any'],
    ['icons', Array.from({ length: 5 }, () => ({ src: PIXEL })), 'must be at most 4 icons'],
    ['tags', ['search', 'v1.2', 'a_b-c'], undefined],
    ['tags', ['Search'], 'must be lower-case letters, digits and inner ".", "_" and "-"'],
    ['tags', ['a,b'], 'must be lower-case letters, digits and inner ".", "_" and "-"'],
    ['tags', ['a', 'a'], 'must not name a tag twice'],
    ['tags', Array.from({ length: 33 }, (_, i) => `t${i}`), 'must be at most 32 tags'],
    ['documentation', 'https://example.com/handbook', undefined],
    ['documentation', '# Weather\n\nSee http://example.com for more.', undefined],
    ['documentation', 'Note: see the wiki', undefined],
    ['documentation', 'http://example.com/handbook', 'must be an https URL or Markdown'],
    ['documentation', 'javascript:alert(1)', 'must be an https URL or Markdown'],
    ['documentation', 'x'.repeat(16_385), 'must be at most 16384 characters'],
    ['owner', 'search-team@example.com', undefined],
    ['owner', '', 'must not be empty'],
  ])('%s: %j is %s', (field, value, fault) => {
    expect(About.safeParse({ [field]: value }).error?.issues[0]?.message).toBe(fault);
  });
});
