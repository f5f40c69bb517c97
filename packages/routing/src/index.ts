export { routeKeys } from './stored-routes.js';
export { routePublisher, type RoutePublisher, type RouteVersion, type VersionedRoute } from './publish.js';
export { followRoutes, type RouteTable } from './table.js';
