export { routeKeys } from './stored-routes.js';
export { routePublisher, type RoutePublisher, type RouteVersion, type VersionedRoute } from './publish.js';
export { followRoutes, followTools, type RouteTable, type ToolTable } from './table.js';
