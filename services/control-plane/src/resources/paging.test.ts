import { describe, expect, it } from '@jest/globals';
import { linkToNext, pageOf } from './paging.js';

describe('a page', () => {
  it('is everything, up to a thousand, unless a client says otherwise', () => {
    expect(pageOf({})).toEqual({ limit: 1000 });
    expect(pageOf({ limit: '5' })).toEqual({ limit: 5 });
  });

  it.each(['a', 'adapter-9', 'x'.repeat(63)])('begins after the name that its link was made of: %s', (name) => {
    const [, target = ''] = /^<(.+)>; rel="next"$/.exec(linkToNext('/adapters', 5, name)) ?? [];
    const { pathname, searchParams } = new URL(target, 'http://gateway');
    expect(pathname).toBe('/adapters');
    expect(pageOf(Object.fromEntries(searchParams))).toEqual({ limit: 5, after: name });
  });
});
