import type { KubeObject, Pod } from '../api/types.js';
import { ADAPTER_ID } from '../ownership/labels.js';
import { isOwnedBy } from '../ownership/owner.js';
import type { Failure } from '../../runtime.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';

/** Somebody else's object, or one that an earlier adapter left, has a name that an adapter needs. */
export const nameConflict = (kind: string, name: string, namespace: string): Failure => ({
  reason: 'NameConflict',
  message: `There is a ${kind} ${name} in namespace ${namespace} that is not this adapter's. Remove it, or register the adapter under another name.`,
});

interface Whose {
  gateway: string;
  namespace: string;
  adapterId: string;
}

/**
 * Nothing is handed down from an earlier adapter of the name, and nothing is taken from anybody; null where nothing is in
 * the way.
 */
export function findConflict({ statefulSet, own, pods }: WorkloadObjects, whose: Whose): Failure | null {
  const { gateway, namespace, adapterId } = whose;
  const theirs = own.find(({ object }) => !isOwnedBy(gateway, object, adapterId));
  if (theirs) return nameConflict(theirs.kind, theirs.object.metadata.name, namespace);
  // What a StatefulSet of this adapter controls it has made, whatever somebody has written on it.
  const left = pods.find(
    (pod) => pod.metadata.annotations?.[ADAPTER_ID] !== adapterId && !(statefulSet && controls(statefulSet, pod)),
  );
  return left ? nameConflict('Pod', left.metadata.name, namespace) : null;
}

const controls = ({ metadata: { uid } }: KubeObject, { metadata }: Pod): boolean =>
  metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid) ?? false;
