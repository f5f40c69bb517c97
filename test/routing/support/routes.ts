import { Route, type PublishedRoute } from '@mcp-gateway/common/contracts';
import { followRoutes, type RouteTable } from '@mcp-gateway/routing';
import { afterTest } from '../../support/clean-up.js';
import { silent } from '../../support/postgres.js';
import { connectRedis } from '../../support/redis.js';
import { waitFor } from '../../support/wait.js';

export const route = (name: string, generation = 1): PublishedRoute => ({
  kind: 'adapter',
  name,
  resourceId: `id-of-${name}`,
  generation,
  createdBy: 'alice',
  requiredRoles: ['team'],
  affinity: 'session',
  sessionRecovery: 'replay',
  sessions: {},
  preserveHost: false,
  path: '/mcp',
  endpoints: [{ id: `${name}-0.${generation}`, url: 'http://127.0.0.1:1', path: '/mcp', ready: true }],
});

/** The same route as a reader returns it. */
export const readRoute = (name: string): Route => Route.parse(route(name));

/** A reader of its own, like that of a data plane, which has loaded once; it closes with the test. */
export async function follow(prefix: string, url?: string, reloadEveryMs?: number): Promise<RouteTable> {
  const routes = followRoutes(await connectRedis(url), prefix, silent, reloadEveryMs);
  afterTest(() => routes.close());
  await new Promise<void>((resolve) => routes.onChange(resolve));
  return routes;
}

export async function followLoaded(prefix: string, url?: string): Promise<RouteTable> {
  const routes = await follow(prefix, url);
  await waitFor('the routes to be loaded', () => routes.isLoaded());
  return routes;
}
