import {
  ALL_TOOLS,
  isAllTools,
  isServedByRouters,
  mcpPathOf,
  type ResourceRef,
  Route,
  toolsetRef,
} from '@mcp-gateway/common/contracts';
import type { RouterTable } from './routers.js';
import type { RouteTable } from './table.js';

/** The built-in toolset has no row, so its route is made here and never stored. */
const BUILT_IN: Route = Route.parse({
  ...toolsetRef(ALL_TOOLS),
  resourceId: ALL_TOOLS,
  generation: 1,
  createdBy: '',
  requiredRoles: [],
  affinity: 'session',
  path: mcpPathOf(toolsetRef(ALL_TOOLS)),
  endpoints: [],
});

/**
 * The routes of a data plane: those that the worker has published, in which the endpoints of each toolset and of each
 * adapter with `bridge` are the tool routers, and the route of the built-in toolset. All else is as in `routes`.
 */
export function withToolRouters(routes: RouteTable, routers: RouterTable): RouteTable {
  /** By published route, until the tool routers change; so a route is the same object until something of it changes. */
  let served = new WeakMap<Route, Route>();
  routers.onChange(() => (served = new WeakMap()));

  function serve(route: Route): Route {
    let known = served.get(route);
    if (!known) {
      const path = mcpPathOf(route);
      const endpoints = routers.endpoints().map((endpoint) => ({ ...endpoint, path }));
      served.set(route, (known = { ...forRouters(route), endpoints }));
    }
    return known;
  }
  function get(ref: ResourceRef): Route | undefined {
    const route = isAllTools(ref) ? BUILT_IN : routes.get(ref);
    return route && isServedByRouters(route) ? serve(route) : route;
  }
  return {
    ...routes,
    get,
    async refresh(ref) {
      const isRouters = isServedByRouters(routes.get(ref) ?? ref);
      await Promise.all([isRouters && routers.refresh(), isAllTools(ref) ? undefined : routes.refresh(ref)]);
    },
    onChange(listener) {
      routes.onChange(listener);
      routers.onChange(listener);
    },
    *endpoints() {
      yield* routes.endpoints();
      yield* routers.endpoints();
    },
    *all() {
      for (const route of routes.all()) yield isServedByRouters(route) ? serve(route) : route;
      yield serve(BUILT_IN);
    },
    async close() {
      routers.close();
      await routes.close();
    },
  };
}

/** Without what is about the servers of an adapter: the tool router calls them. */
function forRouters({ upstreamAuth: _, tls: __, remote: ___, phase: ____, ...route }: Route): Route {
  return route.bridge ? { ...route, affinity: 'session', preserveHost: false } : route;
}
