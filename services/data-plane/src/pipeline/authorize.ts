import type { ResourceRef, Route } from '@mcp-gateway/common/contracts';
import { gatewayStarting, resourceNotFound } from '@mcp-gateway/common/errors';
import { canRead } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { RouteTable } from '@mcp-gateway/routing';

/**
 * Returns the route to a caller who may use it. Other callers get the same answer as for a name that does not exist.
 * @throws GatewayError ADAPTER_NOT_FOUND, TOOLSET_NOT_FOUND; UNAVAILABLE before the first routes are loaded
 */
export function authorize(routes: RouteTable, principal: Principal, resource: ResourceRef): Route {
  const route = routes.get(resource);
  if (route && canRead(principal, route)) return route;
  if (!route && !routes.isLoaded()) throw gatewayStarting();
  throw resourceNotFound(resource.kind, route ? 'no rule permits it' : 'no such resource');
}
