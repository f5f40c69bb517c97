import type { Route } from '@mcp-gateway/common/contracts';
import type { AdapterRow } from '@mcp-gateway/database';
import type { Observation } from '@mcp-gateway/runtime';

/** What the data plane has to know of an adapter. */
export function routeOf(row: AdapterRow, seen: Observation): Route {
  return {
    name: row.name,
    adapterId: row.id,
    generation: row.generation,
    createdBy: row.createdBy,
    requiredRoles: row.spec.requiredRoles,
    affinity: row.spec.affinity,
    path: row.spec.path,
    endpoints: seen.replicas.flatMap(({ endpoint }) => endpoint ?? []),
  };
}
