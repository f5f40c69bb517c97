import { imageReference, type AdapterStatus, type Phase } from '@mcp-gateway/common/contracts';
import type { AdapterRow } from '@mcp-gateway/database';

/** The answer of /status, from what the worker last saw. */
export function adapterStatus(row: AdapterRow): AdapterStatus {
  const { spec, replicas } = row;
  const readyReplicas = replicas.filter(({ ready }) => ready).length;
  return {
    name: row.name,
    phase: phaseOf(row),
    generation: row.generation,
    observedGeneration: row.observedGeneration,
    desiredReplicas: spec.replicaCount,
    readyReplicas,
    updatedReplicas: replicas.filter(({ updated, state }) => updated && state !== 'Stopping').length,
    availableReplicas: readyReplicas,
    image: imageReference(spec),
    replicaStatus: `${readyReplicas} of ${spec.replicaCount} replicas ready`,
    conditions: row.conditions,
    replicas,
  };
}

/** A change that nobody has acted on yet makes what was seen before an old story. */
function phaseOf({ phase, generation, observedGeneration }: AdapterRow): Phase {
  if (observedGeneration === generation) return phase;
  return observedGeneration === 0 ? 'Pending' : 'Progressing';
}
