import { describe, expect, it } from '@jest/globals';
import type { GatewayError } from '@mcp-gateway/common/errors';
import { cursorOf, filtersIn, listPageOf } from './listing.js';
import { linkToNext } from './paging.js';

const row = { name: 'echo', createdAt: new Date(1_700_000_000_001), updatedAt: new Date(1_700_000_000_002) };

describe('the query of a list', () => {
  it.each([
    [{}, { limit: 1000, order: 'name' }],
    [{ q: ' Two  words ' }, { limit: 1000, order: 'name', words: ['Two', 'words'] }],
    [{ q: '' }, { limit: 1000, order: 'name', words: [] }],
    [{ tag: 'a, b.c' }, { limit: 1000, order: 'name', tags: ['a', 'b.c'] }],
    [
      { phase: 'Ready,failed', sort: '-createdAt' },
      { limit: 1000, order: '-createdAt', phases: ['Ready', 'Failed'] },
    ],
  ])('%j is %j', (query, page) => {
    expect(listPageOf(query)).toEqual(page);
  });

  it.each([
    [{ q: 'a b c d e f g h i' }, 'q must be at most 8 words'],
    [{ q: 'a\0' }, 'q must be well-formed Unicode'],
    [{ tag: 'A' }, 'tag must be lower-case letters, digits and inner ".", "_" and "-"'],
    [{ tag: '' }, 'tag must not be empty'],
    [{ phase: 'Red' }, 'phase must be one of Pending, Progressing, Ready, Degraded, Failed, Stopped'],
    [{ qq: 'x' }, 'qq is not a known parameter; known are limit, cursor, q, tag, phase, sort'],
    [{ sort: 'size' }, 'sort must be one of name, -name, createdAt, -createdAt, lastUpdatedAt, -lastUpdatedAt'],
    [{ cursor: 'MS9lY2hv' }, 'cursor must be a cursor from a Link header of a list with the same sort'],
  ])('%j is refused: %s', (query, detail) => {
    let refused: GatewayError | undefined;
    try {
      listPageOf(query);
    } catch (error) {
      refused = error as GatewayError;
    }
    expect(refused?.detail).toMatch(detail);
  });

  it.each(['name', '-name', 'createdAt', '-createdAt', 'lastUpdatedAt', '-lastUpdatedAt'] as const)(
    'goes on after the last entry, with the same filters, ordered by %s',
    (sort) => {
      const first = `/adapters?q=x+y&tag=a%2Cb&sort=${sort}&limit=5&cursor=old`;
      const [, link = ''] = /^<(.+)>/.exec(linkToNext('/adapters', 5, cursorOf(row, sort), filtersIn(first))) ?? [];
      const time = { createdAt: row.createdAt, lastUpdatedAt: row.updatedAt, name: undefined }[sort.replace('-', '')];
      expect(listPageOf(Object.fromEntries(new URL(link, 'http://gateway').searchParams))).toEqual({
        limit: 5,
        order: sort,
        after: 'echo',
        ...(time && { afterTime: time }),
        words: ['x', 'y'],
        tags: ['a', 'b'],
      });
    },
  );
});
