export { routeKeys } from './keys.js';
export { routePublisher, type RoutePublisher, type RouteVersion, type VersionedRoute } from './publish.js';
export { followRoutes, type RouteTable } from './table.js';
