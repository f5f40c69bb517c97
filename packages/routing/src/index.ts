export { routePublisher, type RoutePublisher } from './publish.js';
export { followRoutes, type RouteTable } from './table.js';
