import { expect, it } from '@jest/globals';
import { routePattern } from './metrics.js';

const PATTERNS = ['/livez', '/adapters', '/adapters/{name}', '/adapters/{name}/sessions/{id}'];

it.each([
  ['/livez', '/livez'],
  ['/adapters', '/adapters'],
  ['/adapters?limit=2', '/adapters'],
  ['/adapters/', '/adapters'],
  ['/adapters/echo', '/adapters/{name}'],
  ['/adapters/echo/?a=/b', '/adapters/{name}'],
  ['/adapters/a%2Fb', '/adapters/{name}'],
  ['/adapters/echo/sessions/1', '/adapters/{name}/sessions/{id}'],
  ['/adapters/echo/sessions', 'other'],
  ['/adapters/echo/sessions/1/2', 'other'],
  ['/made/up', 'other'],
  ['/', 'other'],
  ['', 'other'],
  ['*', 'other'],
])('a request of %j counts as %s', (url, pattern) => {
  expect(routePattern(PATTERNS, url)).toBe(pattern);
});
