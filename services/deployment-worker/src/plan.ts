import type {
  Condition,
  Phase,
  PublishedDefinition,
  PublishedEndpoint,
  PublishedRoute,
  ReplicatedSpec,
} from '@mcp-gateway/common/contracts';
import type { ResourceRow, ResourceSpec } from '@mcp-gateway/database';
import {
  desiredReplicas,
  desiredWorkload,
  type DesiredWorkload,
  type Observation,
  type Workload,
} from '@mcp-gateway/runtime';

/** The fields of a route that differ between kinds. */
export type KindRouting = Pick<
  PublishedRoute,
  | 'affinity'
  | 'policies'
  | 'sessionRecovery'
  | 'sessions'
  | 'preserveHost'
  | 'bridge'
  | 'upstreamAuth'
  | 'tls'
  | 'remote'
  | 'audit'
  | 'search'
>;

interface Desired<Spec extends ResourceSpec> {
  row: ResourceRow<Spec>;
  routing: KindRouting;
  /** Of a tool or a toolset: what is published beside its route. */
  definition?: PublishedDefinition;
  /** Of a tool whose definitions need approval. */
  approval?: UntimedCondition;
  /** Of a tool whose server has the document that describes it: the definition, from what the worker has read last. */
  documented?: (endpoints: readonly PublishedEndpoint[]) => Promise<Documented>;
}

/** What the document at a server says now. */
export interface Documented {
  definition: PublishedDefinition;
  condition: UntimedCondition;
  hasTools: boolean;
}

/** A row with its workload and revision. Computed once for each run, because the revision is a hash. */
export interface ReplicatedState extends Desired<ReplicatedSpec>, DesiredWorkload {}

/** A condition without the time of its last transition. */
export type UntimedCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** How a resource stands that runs nothing. */
export interface Standing {
  phase: Phase;
  conditions: UntimedCondition[];
  endpoints: PublishedEndpoint[];
  /** The path of endpoints that have none of their own. */
  path: string;
}

/** A row of a resource that runs nothing: no runtime knows it, so it says itself how it stands. */
export interface UnreplicatedState extends Desired<ResourceSpec> {
  workload?: undefined;
  /** Answers from memory. */
  standing(): Standing;
}

export type DesiredState = ReplicatedState | UnreplicatedState;

type Row = ResourceRow<ReplicatedSpec>;
/** Where the servers of a resource listen, and whether they speak TLS. */
type Served = Pick<Workload, 'port' | 'path' | 'tls'>;

export const desiredState = (row: Row, served: Served, routing: KindRouting): ReplicatedState => ({
  row,
  routing,
  ...desiredWorkload(workloadOf(row, served)),
});

/** The part of a row that a runtime needs. */
function workloadOf({ kind, id, spec }: Pick<Row, 'kind' | 'id' | 'spec'>, { port, path, tls }: Served): Workload {
  const { name, imageName, imageVersion } = spec;
  if (imageName === undefined || imageVersion === undefined) {
    throw new Error(`The stored spec of ${kind} ${name} has no image. Register it again.`);
  }
  return {
    name,
    kind,
    resourceId: id,
    imageName,
    imageVersion,
    environment: spec.environmentVariables,
    ...(Object.keys(spec.secretEnvironment).length > 0 && { secretEnvironment: spec.secretEnvironment }),
    ...(spec.useWorkloadIdentity && { useWorkloadIdentity: true }),
    replicas: spec.replicaCount,
    port,
    path,
    healthPath: spec.healthCheck.path,
    ...(spec.healthCheck.type && { healthType: spec.healthCheck.type }),
    ...(tls && { tls }),
    resources: spec.resources,
  };
}

/**
 * apply   the workload is missing, or differs from that of the row
 * report  the workload is that of the row; publish and save the observation
 * remove  a workload has no live row, or belongs to an earlier resource of the name
 * wait    such a workload is being removed
 * purge   nothing runs any more, so the deleted row can go
 * forget  neither row nor workload
 */
export type Step = 'apply' | 'report' | 'remove' | 'wait' | 'purge' | 'forget';

/** The next step of a resource with replicas, from the desired and the observed state; of any that is being removed. */
export function plan(desired: DesiredState | null, seen: Observation): Step {
  const isLive = desired !== null && desired.row.deletedAt === null;
  // A resource that took over a name gets neither the processes nor the logs of the one before.
  if (seen.exists && (!isLive || seen.resourceId !== desired.row.id)) return seen.removing ? 'wait' : 'remove';
  if (!isLive) return desired ? 'purge' : 'forget';
  if (!desired.workload) return 'report';
  const { workload, revision } = desired;
  const isApplied = seen.exists && !seen.removing && seen.inSync && seen.revision === revision;
  return isApplied && seen.desiredReplicas === desiredReplicas(workload.replicas, seen) ? 'report' : 'apply';
}
