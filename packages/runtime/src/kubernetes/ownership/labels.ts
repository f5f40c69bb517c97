import { ResourceKind, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { KubeObject } from '../api/types.js';

/** The prefix of the labels and annotations of the gateway. */
export const OWN_PREFIX = 'mcp-gateway.io/';
/** The gateway and the resource that an object belongs to. Selectors use these labels, so they never change. */
export const GATEWAY_LABEL = 'mcp-gateway.io/gateway';
export const KIND_LABEL = 'mcp-gateway.io/kind';
export const NAME_LABEL = 'mcp-gateway.io/name';

/** The id of that resource: an earlier resource may have had the same name. */
export const RESOURCE_ID_ANNOTATION = 'mcp-gateway.io/resource-id';
/** `revisionOf` the workload. */
export const REVISION_ANNOTATION = 'mcp-gateway.io/revision';
/** A hash of the whole manifest, so that a field that the next manifest lacks counts as a difference. */
export const MANIFEST_HASH_ANNOTATION = 'mcp-gateway.io/manifest';
/** The revision that has no health endpoint, so that an open port counts as healthy. */
export const TCP_CHECK_ANNOTATION = 'mcp-gateway.io/tcp-check-of-revision';
/** The status of its answer, such as `403`. */
export const HEALTH_ANSWER_ANNOTATION = 'mcp-gateway.io/health-check-answer';
/** `healthCheck.type` of the spec, if it has one. */
export const HEALTH_TYPE_ANNOTATION = 'mcp-gateway.io/health-check-type';
/** On pods whose server speaks TLS. */
export const TLS_ANNOTATION = 'mcp-gateway.io/tls';
/** A hash of the pod template without its drain time, and the drain time of its pods in seconds. */
export const TEMPLATE_HASH_ANNOTATION = 'mcp-gateway.io/template';
export const DRAIN_SECONDS_ANNOTATION = 'mcp-gateway.io/drain-seconds';
/** Makes Azure Workload Identity inject the identity of the pod's service account. */
export const WORKLOAD_IDENTITY = 'azure.workload.identity/use';
/** The MCP path of the pods of a revision, which may differ from the path of the current spec. */
export const pathOfRevision = (revision: string): string => `mcp-gateway.io/path-of-revision-${revision}`;

export const FIELD_MANAGERS = 'mcp-gateway/';
/** A field manager for each gateway, so that the API server reports a conflict when one gateway applies an object of another. */
export const fieldManagerOf = (gateway: string): string => `${FIELD_MANAGERS}${gateway}`;

export const labelSelector = (gateway: string): string => `${GATEWAY_LABEL}=${gateway},${KIND_LABEL},${NAME_LABEL}`;

/** Labels that select the objects of one resource. */
export const selectorLabels = (gateway: string, { kind, name }: ResourceRef) => ({
  [GATEWAY_LABEL]: gateway,
  [KIND_LABEL]: kind,
  [NAME_LABEL]: name,
});

export const labelsOf = (gateway: string, ref: ResourceRef) => ({
  'app.kubernetes.io/name': 'mcp-server',
  'app.kubernetes.io/instance': ref.name,
  'app.kubernetes.io/component': ref.kind,
  'app.kubernetes.io/part-of': 'mcp-gateway',
  'app.kubernetes.io/managed-by': 'mcp-gateway',
  ...selectorLabels(gateway, ref),
});

/** Whether an object has the labels of this gateway. `labelSelector` selects the same objects. */
export const hasOwnerLabels = (object: KubeObject, gateway: string): boolean =>
  object.metadata.labels?.[GATEWAY_LABEL] === gateway && refOf(object) !== null;

/** The resource that the labels of an object name; null without these labels, or with a kind that this version does not know. */
export function refOf({
  metadata: { labels = {} },
}: {
  metadata: Pick<KubeObject['metadata'], 'labels'>;
}): ResourceRef | null {
  const kind = ResourceKind.safeParse(labels[KIND_LABEL]).data;
  const name = labels[NAME_LABEL];
  return kind === undefined || name === undefined ? null : { kind, name };
}
