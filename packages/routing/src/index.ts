export { routeKeys } from './stored-routes.js';
export { routePublisher, type RoutePublisher, type RouteVersion, type VersionedRoute } from './publish.js';
export {
  announceRouter,
  followRouters,
  routerKeys,
  type AnnouncedRouter,
  type RouterAnnouncement,
  type RouterTable,
} from './routers.js';
export { followRoutes, followTools, type RouteTable, type ToolTable } from './table.js';
export { withToolRouters } from './toolset-routes.js';
