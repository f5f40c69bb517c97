import { expect, it } from '@jest/globals';
import { Route, type PublishedRoute } from './route.js';

const published = (...paths: (string | undefined)[]): PublishedRoute => ({
  name: 'echo',
  kind: 'adapter',
  resourceId: 'adapter-1',
  generation: 1,
  createdBy: 'alice',
  requiredRoles: [],
  affinity: 'session',
  path: '/api/mcp',
  endpoints: paths.map((path, i) => ({
    id: `echo-${i}`,
    url: 'http://127.0.0.1:1',
    ready: true,
    ...(path && { path }),
  })),
});

it.each([
  ['their own', ['/mcp', '/api/mcp', '/v2'], ['/mcp', '/api/mcp', '/v2']],
  ["the route's, from a worker of an earlier version", [undefined, undefined], ['/api/mcp', '/api/mcp']],
  ["the route's where the runtime does not know one", ['/mcp', undefined], ['/mcp', '/api/mcp']],
])('endpoints are read with a path: %s', (_which, input, read) => {
  expect(Route.parse(published(...input)).endpoints.map(({ path }) => path)).toEqual(read);
});

it('a parsed route has a path for each endpoint and none for the adapter', () => {
  expect(Route.parse(published('/mcp'))).not.toHaveProperty('path');
});
