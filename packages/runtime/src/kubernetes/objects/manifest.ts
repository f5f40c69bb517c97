import type { Kind } from '../api/paths.js';
import type { Workload } from '../../workload.js';
import { RESOURCE_ID, labelsOf } from '../ownership/labels.js';
import type { KubernetesSettings } from '../settings/settings.js';
import { objectName } from './names.js';

/** The kinds of objects that an adapter consists of; their pods are made by the cluster. In the order of removal. */
export const OWNED_KINDS = ['StatefulSet', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'] as const satisfies Kind[];
export type OwnedKind = (typeof OWNED_KINDS)[number];

/** An object as it is applied: nothing but the fields that are ours. */
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

/** What all objects of an adapter have in common. */
export const metadataOf = ({ kind, name, resourceId }: Workload, { namespace, gateway }: KubernetesSettings) => ({
  name: objectName({ kind, name }),
  namespace,
  labels: labelsOf(gateway, { kind, name }),
  annotations: { [RESOURCE_ID]: resourceId },
});
