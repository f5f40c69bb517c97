import type { Phase } from '@mcp-gateway/common/contracts';
import type { ResourceRow, ResourceSpec } from '@mcp-gateway/database';

/** The fields that the gateway adds to the spec of a resource. */
export const metadataOf = (row: ResourceRow<ResourceSpec>) => ({
  id: row.id,
  generation: row.generation,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  lastUpdatedAt: row.updatedAt.toISOString(),
});

/** The worker's last observation of a resource, in the words of Deployments in Kubernetes. */
export function observedStatus(row: ResourceRow<ResourceSpec & { replicaCount: number }>) {
  const { spec, replicas } = row;
  const readyReplicas = replicas.filter(({ ready }) => ready).length;
  return {
    name: row.name,
    phase: currentPhase(row),
    generation: row.generation,
    observedGeneration: row.observedGeneration,
    desiredReplicas: spec.replicaCount,
    readyReplicas,
    updatedReplicas: replicas.filter(({ updated, state }) => updated && state !== 'Stopping').length,
    availableReplicas: readyReplicas,
    replicaStatus: `${readyReplicas} of ${spec.replicaCount} replicas ready`,
    conditions: row.conditions,
    replicas,
  };
}

/** A phase that was observed before the last change says nothing about the current spec. */
function currentPhase({ phase, generation, observedGeneration }: ResourceRow<ResourceSpec>): Phase {
  if (observedGeneration === generation) return phase;
  return observedGeneration === 0 ? 'Pending' : 'Progressing';
}
