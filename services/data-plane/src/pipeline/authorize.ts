import { adapterRef, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError, gatewayStarting } from '@mcp-gateway/common/errors';
import { canRead } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { RouteTable } from '@mcp-gateway/routing';

/**
 * Returns the route to a caller who may use it. Other callers get the same answer as for a name that does not exist.
 * @throws GatewayError ADAPTER_NOT_FOUND; UNAVAILABLE before the first routes are loaded
 */
export function authorize(routes: RouteTable, principal: Principal, adapter: string): Route {
  const route = routes.get(adapterRef(adapter));
  if (route && canRead(principal, route)) return route;
  if (!route && !routes.isLoaded()) throw gatewayStarting();
  throw new GatewayError('ADAPTER_NOT_FOUND', { reason: route ? 'no rule permits it' : 'no such resource' });
}
