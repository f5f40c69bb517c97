import { describe, expect, it } from '@jest/globals';
import { referencesFor, relativeReference, withReferences } from './reference.js';

const CASES = [
  ['/adapters/echo/messages?sessionId=a-b', '/adapters/echo/sse', 'messages?sessionId=a-b'],
  ['/adapters/echo/messages?sessionId=a-b', '/adapters/echo/sse/?x=/y/', '../messages?sessionId=a-b'],
  ['/adapters/echo', '/adapters', 'adapters/echo'],
  ['/adapters/echo', '/adapters/', 'echo'],
  ['/adapters?limit=1&cursor=a', '/adapters?limit=1', 'adapters?limit=1&cursor=a'],
  ['/adapters/echo/mcp?a=/b', '/adapters/echo/mcp', 'mcp?a=/b'],
  ['/', '/adapters/echo/mcp', '../../'],
  ['/', '/adapters', './'],
  ['/adapters/echo/sessions?cursor=1', '/adapters/echo/sessions?limit=2', 'sessions?cursor=1'],
] as const;

describe('a reference', () => {
  it.each(CASES)('to %s from %s is %s, and resolves under every prefix', (target, from, expected) => {
    const reference = relativeReference(target, from);
    expect(reference).toBe(expected);
    for (const prefix of ['', '/gw', '/a/b']) {
      const { pathname, search } = new URL(reference, `https://tools.example.com${prefix}${from}`);
      expect(pathname + search).toBe(prefix + target);
    }
  });

  it('is an absolute path when the prefix is known', () => {
    expect(referencesFor('/gw')('/adapters/echo', '/adapters')).toBe('/gw/adapters/echo');
    expect(referencesFor('')('/adapters/echo', '/adapters')).toBe('/adapters/echo');
  });
});

it('rewrites the paths in Location and Link, and no other headers', () => {
  const raw = [
    ['Location', '/adapters/echo', 'X-Path', '/adapters/echo', 'location', 'https://elsewhere.example/x'],
    ['Link', '</adapters?cursor=1>; rel="next", <https://docs.example/>; rel="help", <//cdn.example/x>; rel="icon"'],
  ].flat();
  expect(withReferences(raw, '/adapters', referencesFor('/gw'))).toEqual([
    'Location',
    '/gw/adapters/echo',
    'X-Path',
    '/adapters/echo',
    'location',
    'https://elsewhere.example/x',
    'Link',
    '</gw/adapters?cursor=1>; rel="next", <https://docs.example/>; rel="help", <//cdn.example/x>; rel="icon"',
  ]);
});
