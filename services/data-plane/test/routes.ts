import { Route, type Endpoint } from '@mcp-gateway/common/contracts';

export const endpoint = (id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  id,
  url: 'http://127.0.0.1:1',
  path: '/mcp',
  ready: true,
  ...more,
});

export const routeOf = (endpoints: Endpoint[], more: Partial<Route> = {}): Route =>
  Route.parse({
    kind: 'adapter',
    name: 'echo',
    resourceId: 'adapter-1',
    generation: 1,
    createdBy: 'alice',
    requiredRoles: [],
    policies: [],
    affinity: 'session',
    path: '/mcp',
    endpoints,
    ...more,
  });
