import { adapterRef, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { canRead, type Principal } from '@mcp-gateway/common/principal';
import type { RouteTable } from '@mcp-gateway/routing';

/**
 * The route, for a caller who may use it. A stranger is told the same as for a name that does not exist.
 * @throws GatewayError ADAPTER_NOT_FOUND; UNAVAILABLE before the first routes have been read
 */
export function authorize(routes: RouteTable, principal: Principal, adapter: string): Route {
  const route = routes.get(adapterRef(adapter));
  if (route && canRead(principal, route)) return route;
  if (!route && !routes.isLoaded()) {
    throw new GatewayError('UNAVAILABLE', { detail: 'the gateway is starting', headers: { 'retry-after': '1' } });
  }
  throw new GatewayError('ADAPTER_NOT_FOUND');
}
