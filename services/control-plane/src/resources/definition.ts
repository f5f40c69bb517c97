import type { Phase, ResourceKind, ResourceRef } from '@mcp-gateway/common/contracts';
import type { ErrorCode } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import type { ResourceRow, ResourceRows, ResourceSpec } from '@mcp-gateway/database';
import type { z } from 'zod';
import type { Requester } from '../http/request.js';

/** The fields of a spec with replicas that the generic code reads. */
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
export interface ResourceDefinition<Spec extends ResourceSpec, Resource extends Representation> {
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
  /**
   * The spec that is stored for the one that was sent, once the caller may send it.
   * @throws GatewayError INVALID_REQUEST for what the body alone does not show
   */
  prepare?(by: Requester, spec: Spec): Promise<Spec>;
  /** Resources whose status tells whether this one exists. */
  dependents?(name: string): Promise<ResourceRef[]>;
  errors: { notFound: ErrorCode; nameTaken: ErrorCode };
  /** Whether PUT to a name that does not exist creates the resource. Default: it answers with `notFound`. */
  putCreates?: boolean | undefined;
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
  /** It runs nothing: there are no replicas to report on, no logs and no quota. */
  isPublishedOnly?: boolean;
  putCreates?: boolean;
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

/** How far the worker has come with a resource. */
export const resourceState = (row: ResourceRow<ResourceSpec>) => ({
  name: row.name,
  phase: currentPhase(row),
  generation: row.generation,
  observedGeneration: row.observedGeneration,
  conditions: row.conditions,
});

/** The same with the worker's last observation of the replicas, in the words of Deployments in Kubernetes. */
export function resourceStatus(row: ResourceRow<ReplicatedSpec>) {
  const { spec, replicas } = row;
  const { conditions, ...progress } = resourceState(row);
  const readyReplicas = replicas.filter(({ ready }) => ready).length;
  return {
    ...progress,
    desiredReplicas: spec.replicaCount,
    readyReplicas,
    updatedReplicas: replicas.filter(({ updated, state }) => updated && state !== 'Stopping').length,
    availableReplicas: readyReplicas,
    replicaStatus: `${readyReplicas} of ${spec.replicaCount} replicas ready`,
    conditions,
    replicas,
  };
}

/** A phase that was observed before the last change says nothing about the current spec. */
function currentPhase({ phase, generation, observedGeneration }: ResourceRow<ResourceSpec>): Phase {
  if (observedGeneration === generation) return phase;
  return observedGeneration === 0 ? 'Pending' : 'Progressing';
}
