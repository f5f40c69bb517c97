import type { Pod } from '../api/objects.js';
import { objectName } from '../object-name.js';

/**
 * Whether a pod that carries an adapter's labels is a replica, as its StatefulSet decides: by its name, and by who controls it. One that
 * nobody controls was left behind by a StatefulSet that is gone, and is adopted by its successor. All others are copies of
 * somebody's, such as those of `kubectl debug --copy-to --keep-labels`. The uid of the controller does not matter: replicas of one
 * that was deleted serve until they end.
 */
export function isReplica({ metadata }: Pod, adapter: string): boolean {
  const set = objectName('adapter', adapter);
  const ordinal = metadata.name.startsWith(`${set}-`) ? metadata.name.slice(set.length + 1) : '';
  const controller = metadata.ownerReferences?.find((owner) => owner.controller);
  return /^\d+$/.test(ordinal) && (!controller || (controller.kind === 'StatefulSet' && controller.name === set));
}
