import { createHash } from 'node:crypto';
import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { ObjectKind } from '../api/paths.js';
import type { Workload } from '../../workload.js';
import { RESOURCE_ID_ANNOTATION, labelsOf } from '../ownership/labels.js';
import type { KubernetesSettings } from '../settings/settings.js';

/**
 * A label value has at most 63 characters. Kubernetes writes the name of a StatefulSet with a hash of eleven characters into
 * one (`controller-revision-hash`), and the name of its pods, with the ordinal, into another.
 */
const MAX_LENGTH = 52;
const HASH_LENGTH = 16;

/**
 * The name of all objects of one resource: a DNS label, `adapter-echo`. Two resources never share a name: a kind has no
 * hyphen, and a name that is too long ends with a hash and has the full length, which no other name has.
 */
export function objectName({ kind, name }: ResourceRef): string {
  const whole = `${kind}-${name}`;
  if (whole.length < MAX_LENGTH) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_LENGTH);
  return `${whole.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}-${hash}`;
}

export const podName = (ref: ResourceRef, instance: number): string => `${objectName(ref)}-${instance}`;

/** The kinds of objects that the gateway applies for a resource, in the order of removal. The StatefulSet creates the pods. */
export const OWNED_KINDS = [
  'StatefulSet',
  'Service',
  'PodDisruptionBudget',
  'NetworkPolicy',
] as const satisfies ObjectKind[];
export type OwnedKind = (typeof OWNED_KINDS)[number];

/** The Service at which a tool is called in the cluster. The contract of tools keeps its name apart from all object names. */
export const toolServiceName = (tool: string): string => `${tool}-service`;

export interface ObjectName {
  kind: OwnedKind;
  name: string;
}

/** Every object that the gateway may apply for a resource, in the order of removal. */
export const ownObjects = (ref: ResourceRef): ObjectName[] => {
  const name = objectName(ref);
  return OWNED_KINDS.flatMap((kind): ObjectName[] =>
    kind === 'Service' && ref.kind === 'tool'
      ? [
          { kind, name: toolServiceName(ref.name) },
          { kind, name },
        ]
      : [{ kind, name }],
  );
};

/** An object as it is applied: only the fields that the gateway owns. */
export interface Manifest {
  apiVersion: string;
  kind: OwnedKind;
  metadata: {
    name: string;
    namespace: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
  spec: object;
}

/** The metadata that all objects of a resource share. */
export const objectMetadata = ({ kind, name, resourceId }: Workload, { namespace, gateway }: KubernetesSettings) => ({
  name: objectName({ kind, name }),
  namespace,
  labels: labelsOf(gateway, { kind, name }),
  annotations: { [RESOURCE_ID_ANNOTATION]: resourceId },
});
