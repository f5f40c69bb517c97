import type { Endpoint, ResourceRef, Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import type { RouteTable } from '@mcp-gateway/routing';

const REDIS_MS = 1_000;

/**
 * The endpoint that a session is said to live on, if the adapter has it. Another data plane may have heard of a new replica
 * before this one, so Redis is asked before the answer is no.
 * @throws GatewayError UNAVAILABLE when Redis is away
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
    detail: 'where the session lives cannot be found out now',
    headers: { 'retry-after': '1' },
    cause,
  });

const find = (route: Route | undefined, id: string): Endpoint | undefined =>
  route?.endpoints.find((endpoint) => endpoint.id === id);

/** Says why no replica is ready and what to do. Only what changes by itself soon is worth asking for again. */
export function noReadyReplica({ name, phase }: Pick<Route, 'name' | 'phase'>): GatewayError {
  switch (phase) {
    case 'Stopped':
      return new GatewayError('NO_READY_REPLICA', {
        detail: `it is scaled to zero; whoever may change it starts it by PUT /adapters/${name} with a replicaCount of 1 or more`,
      });
    case 'Failed':
      return new GatewayError('NO_READY_REPLICA', {
        detail: `its replicas do not start; GET /adapters/${name}/status says why and what to do`,
      });
    default:
      return new GatewayError('NO_READY_REPLICA', {
        detail: `its replicas are starting, so try again; GET /adapters/${name}/status says how far they are`,
        headers: { 'retry-after': '2' },
      });
  }
}

/** @throws GatewayError NO_READY_REPLICA, always */
export function throwNoReadyReplica(route: Route): never {
  throw noReadyReplica(route);
}
