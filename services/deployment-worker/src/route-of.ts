import type { Phase, PublishedRoute } from '@mcp-gateway/common/contracts';
import type { Observation } from '@mcp-gateway/runtime';
import type { DesiredState } from './desired.js';

/**
 * The route of an adapter for the data plane.
 * @param phase of its status now. `Stopped` and `Failed` tell the data plane that waiting for an endpoint is in vain.
 */
export function routeOf({ row, revision: desired }: DesiredState, seen: Observation, phase: Phase): PublishedRoute {
  const addresses = seen.replicas.flatMap((replica) => replica.addresses ?? []);
  const { requiredRoles, affinity, sessionRecovery, sessions, preserveHost, path, replicaCount } = row.spec;
  return {
    kind: 'adapter',
    name: row.name,
    adapterId: row.id,
    generation: row.generation,
    createdBy: row.createdBy,
    requiredRoles,
    affinity,
    sessionRecovery,
    sessions,
    preserveHost,
    path,
    ...(replicaCount === 0 ? { phase: 'Stopped' } : phase === 'Failed' && { phase }),
    endpoints: seen.replicas.flatMap(({ endpoint, revision }) =>
      endpoint ? { ...endpoint, path: endpoint.path ?? path, updated: revision === desired } : [],
    ),
    ...(addresses.length > 0 && { addresses }),
  };
}
