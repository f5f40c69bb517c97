import type { AdapterRow } from '@mcp-gateway/database';
import type { Workload } from '@mcp-gateway/runtime';

/** The part of a row that a runtime has to know. */
export function workloadOf({ id, spec }: Pick<AdapterRow, 'id' | 'spec'>): Workload {
  return {
    name: spec.name,
    adapterId: id,
    imageName: spec.imageName,
    imageVersion: spec.imageVersion,
    environment: spec.environmentVariables,
    ...(Object.keys(spec.secretEnvironment).length > 0 && { secretEnvironment: spec.secretEnvironment }),
    ...(spec.useWorkloadIdentity && { useWorkloadIdentity: true }),
    replicas: spec.replicaCount,
    port: spec.port,
    path: spec.path,
    healthPath: spec.healthCheck.path,
    ...(spec.healthCheck.type && { healthType: spec.healthCheck.type }),
    resources: spec.resources,
  };
}
