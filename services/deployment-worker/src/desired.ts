import type { AdapterRow } from '@mcp-gateway/database';
import { revisionOf, type Workload } from '@mcp-gateway/runtime';

/** A row with what it asks the runtime for. Made once for each run, as the revision is a hash. */
export interface DesiredState {
  row: AdapterRow;
  workload: Workload;
  revision: string;
}

export function desiredState(row: AdapterRow): DesiredState {
  const workload = workloadOf(row);
  return { row, workload, revision: revisionOf(workload) };
}

/** The part of a row that a runtime has to know. */
export function workloadOf({ id, spec }: Pick<AdapterRow, 'id' | 'spec'>): Workload {
  return {
    name: spec.name,
    kind: 'adapter',
    resourceId: id,
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
