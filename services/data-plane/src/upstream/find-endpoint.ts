import { type Endpoint, isServedByRouters, type ResourceRef, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import type { RouteTable } from '@mcp-gateway/routing';

const REDIS_MS = 1_000;

/**
 * The endpoint with the id, if the adapter has it. Another data plane may have received a new endpoint earlier, so
 * Redis is queried before the answer is no.
 * @throws GatewayError UNAVAILABLE when Redis is unavailable
 */
export async function findEndpoint(
  routes: RouteTable,
  resource: ResourceRef,
  id: string,
): Promise<Endpoint | undefined> {
  return find(routes.get(resource), id) ?? (await findAgain(routes, resource, id));
}

async function findAgain(routes: RouteTable, resource: ResourceRef, id: string): Promise<Endpoint | undefined> {
  try {
    await withTimeout(routes.refresh(resource), REDIS_MS);
  } catch (cause) {
    throw locationUnknown(cause);
  }
  return find(routes.get(resource), id);
}

export const locationUnknown = (cause?: unknown): GatewayError =>
  new GatewayError('UNAVAILABLE', {
    detail: "the session's location cannot be looked up while Redis is unavailable",
    headers: { 'retry-after': '1' },
    cause,
  });

const find = (route: Route | undefined, id: string): Endpoint | undefined =>
  route?.endpoints.find((endpoint) => endpoint.id === id);

/** Says why no replica is ready and what to do. Only a state that soon changes by itself is worth a retry. */
export function noReadyReplica(route: Pick<Route, 'kind' | 'name' | 'phase' | 'bridge'>): GatewayError {
  const { name, phase } = route;
  if (isServedByRouters(route)) {
    return new GatewayError('NO_READY_REPLICA', {
      detail:
        'no tool router is ready, so try again in a few seconds; if this lasts, the operator has to start one (docs/operations.md)',
      headers: { 'retry-after': '2' },
    });
  }
  switch (phase) {
    case 'Stopped':
      return new GatewayError('NO_READY_REPLICA', {
        detail: `the adapter is scaled to zero; its creator or an administrator can start it with PUT /adapters/${name} and a replicaCount of 1 or more`,
      });
    case 'Failed':
      return new GatewayError('NO_READY_REPLICA', {
        detail: `the adapter's replicas do not start; GET /adapters/${name}/status says why and what to do`,
      });
    default:
      return new GatewayError('NO_READY_REPLICA', {
        detail: `the adapter's replicas are starting, so try again; GET /adapters/${name}/status says how far they are`,
        headers: { 'retry-after': '2' },
      });
  }
}

/** @throws GatewayError NO_READY_REPLICA, always */
export function throwNoReadyReplica(route: Route): never {
  throw noReadyReplica(route);
}
