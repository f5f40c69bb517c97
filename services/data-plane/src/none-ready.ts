import type { Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';

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
export function noneReady(route: Route): never {
  throw noReadyReplica(route);
}
