import type { Phase, ResourceKind } from '@mcp-gateway/common/contracts';
import type { ErrorCode } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import type { ResourceRow, ResourceRows, ResourceSpec } from '@mcp-gateway/database';
import type { z } from 'zod';

/** The fields of a spec that the generic code reads. */
export interface ReplicatedSpec extends ResourceSpec {
  replicaCount: number;
}

/** The body of POST and PUT. */
export interface ResourceRequest<Spec> {
  spec: Spec;
  /** Which state of the resource the sender has read, as far as the body says so. */
  read: { id?: unknown; generation?: unknown };
}

/** The fields that the representations of all kinds have. */
export interface Representation {
  name: string;
  id: string;
  generation: number;
}

/** All that one kind hands to the generic code of this folder. */
export interface ResourceDefinition<Spec extends ReplicatedSpec, Resource extends Representation> {
  kind: ResourceKind;
  /** First segment of the URLs, such as `adapters`. */
  collection: string;
  request: z.ZodType<ResourceRequest<Spec>>;
  rows: ResourceRows<Spec>;
  represent(row: ResourceRow<Spec>): Resource;
  /** The answer of /status. */
  status(row: ResourceRow<Spec>): object;
  /** Why a resource has no logs; undefined when its replicas write some. */
  whyNoLogs?(row: ResourceRow<Spec>): string | undefined;
  /**
   * @param current the spec that it would replace; undefined for a new resource
   * @throws GatewayError when the caller may not request this spec
   */
  authorizeSpec?(principal: Principal, spec: Spec, current?: Spec): void;
  errors: { notFound: ErrorCode; nameTaken: ErrorCode };
  /** Advice for a caller that sends POST to the URL of one resource. */
  postHint?: ((name: string) => string) | undefined;
}

/** Bodies of requests, by a name of the example. */
export type Examples = Record<string, { summary: string; value: object }>;

/** The parts of the OpenAPI document that differ between kinds. */
export interface ResourceDocumentation {
  /** `Adapter`: begins the names of the schemas (`AdapterBody`, `AdapterResource`, `AdapterStatus`) and ends operation ids. */
  type: string;
  /** First segment of the URLs, such as `adapters`. */
  collection: string;
  /** With its article, such as `an adapter`. */
  aResource: string;
  /** The noun for what POST registers, with its article. */
  registers: string;
  examples: { create: Examples; replace: Examples };
  /** Why a caller may not create or change such a resource. */
  forbidden: { create: string; change: string };
}

/** The fields that the gateway adds to the spec of a resource. */
export const resourceMetadata = (row: ResourceRow<ResourceSpec>) => ({
  id: row.id,
  generation: row.generation,
  createdBy: row.createdBy,
  tenant: row.tenant,
  createdAt: row.createdAt.toISOString(),
  lastUpdatedAt: row.updatedAt.toISOString(),
});

/** The worker's last observation of a resource, in the words of Deployments in Kubernetes. */
export function resourceStatus(row: ResourceRow<ResourceSpec & { replicaCount: number }>) {
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
