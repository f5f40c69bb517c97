import type { ObjectKind } from '../api/paths.js';
import type { Workload } from '../../workload.js';
import { RESOURCE_ID_ANNOTATION, labelsOf } from '../ownership/labels.js';
import type { KubernetesSettings } from '../settings/settings.js';
import { objectName } from './names.js';

/** The kinds of objects that the gateway applies for a resource, in the order of removal. The StatefulSet creates the pods. */
export const OWNED_KINDS = [
  'StatefulSet',
  'Service',
  'PodDisruptionBudget',
  'NetworkPolicy',
] as const satisfies ObjectKind[];
export type OwnedKind = (typeof OWNED_KINDS)[number];

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
export const metadataOf = ({ kind, name, resourceId }: Workload, { namespace, gateway }: KubernetesSettings) => ({
  name: objectName({ kind, name }),
  namespace,
  labels: labelsOf(gateway, { kind, name }),
  annotations: { [RESOURCE_ID_ANNOTATION]: resourceId },
});
