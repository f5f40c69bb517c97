import type { PublishedRoute } from '@mcp-gateway/common/contracts';
import type { AdapterRow } from '@mcp-gateway/database';
import { revisionOf, type Observation } from '@mcp-gateway/runtime';
import { observedStatus } from './observed-status.js';
import { workloadOf } from './desired.js';

/** What the data plane has to know of an adapter. */
export function routeOf(row: AdapterRow, seen: Observation): PublishedRoute {
  const wanted = revisionOf(workloadOf(row));
  const addresses = seen.replicas.flatMap((replica) => replica.addresses ?? []);
  return {
    name: row.name,
    adapterId: row.id,
    generation: row.generation,
    createdBy: row.createdBy,
    requiredRoles: row.spec.requiredRoles,
    affinity: row.spec.affinity,
    sessionRecovery: row.spec.sessionRecovery,
    sessions: row.spec.sessions,
    preserveHost: row.spec.preserveHost,
    path: row.spec.path,
    ...phaseOf(row, seen),
    endpoints: seen.replicas.flatMap(({ endpoint, revision }) =>
      endpoint ? { ...endpoint, path: endpoint.path ?? row.spec.path, updated: revision === wanted } : [],
    ),
    ...(addresses.length > 0 && { addresses }),
  };
}

/** Why there is nothing to wait for, when that is so. An adapter with a ready replica has not failed. */
function phaseOf(row: AdapterRow, seen: Observation): Pick<PublishedRoute, 'phase'> {
  if (row.spec.replicaCount === 0) return { phase: 'Stopped' };
  return observedStatus(row, seen, new Date()).phase === 'Failed' ? { phase: 'Failed' } : {};
}
