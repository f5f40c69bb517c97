import type { AdapterRow } from '@mcp-gateway/database';
import {
  desiredReplicas,
  desiredWorkload,
  type DesiredWorkload,
  type Observation,
  type Workload,
} from '@mcp-gateway/runtime';

/** A row with its workload and revision. Computed once for each run, because the revision is a hash. */
export interface DesiredState extends DesiredWorkload {
  row: AdapterRow;
}

export const desiredState = (row: AdapterRow): DesiredState => ({ row, ...desiredWorkload(workloadOf(row)) });

/** The part of a row that a runtime needs. */
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
    ...(spec.tls && { tls: true }),
    resources: spec.resources,
  };
}

/**
 * apply   the workload is missing, or differs from that of the row
 * report  the workload is that of the row; publish and save the observation
 * remove  a workload has no live row, or belongs to an earlier adapter of the name
 * wait    such a workload is being removed
 * purge   nothing runs any more, so the deleted row can go
 * forget  neither row nor workload
 */
export type Step = 'apply' | 'report' | 'remove' | 'wait' | 'purge' | 'forget';

/** The next step, from the desired and the observed state. */
export function plan(desired: DesiredState | null, seen: Observation): Step {
  const isLive = desired !== null && desired.row.deletedAt === null;
  // An adapter that took over a name gets neither the processes nor the logs of the one before.
  if (seen.exists && (!isLive || seen.resourceId !== desired.row.id)) return seen.removing ? 'wait' : 'remove';
  if (!isLive) return desired ? 'purge' : 'forget';
  const { workload, revision } = desired;
  const isApplied = seen.exists && !seen.removing && seen.inSync && seen.revision === revision;
  return isApplied && seen.desiredReplicas === desiredReplicas(workload.replicas, seen) ? 'report' : 'apply';
}
