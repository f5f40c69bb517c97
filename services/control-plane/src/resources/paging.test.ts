import { describe, expect, it } from '@jest/globals';
import { linkToNext, pageOf } from './paging.js';

describe('a page', () => {
  it('has up to a thousand entries unless the client requests fewer', () => {
    expect(pageOf({})).toEqual({ limit: 1000 });
    expect(pageOf({ limit: '5' })).toEqual({ limit: 5 });
  });

  it.each(['a', 'adapter-9', 'x'.repeat(63)])('begins after the name in its link: %s', (name) => {
    const [, target = ''] = /^<(.+)>; rel="next"$/.exec(linkToNext('/adapters', 5, name)) ?? [];
    const { pathname, searchParams } = new URL(target, 'http://gateway');
    expect(pathname).toBe('/adapters');
    expect(pageOf(Object.fromEntries(searchParams))).toEqual({ limit: 5, after: name });
  });
});
