import { ApiError } from '../api/errors.js';
import { isTerminating, type KubeObject } from '../api/types.js';
import { apiPath } from '../api/paths.js';
import type { OwnedKind } from '../objects/manifest.js';
import type { RuntimeContext } from './context.js';

/**
 * Deletes this object, but not a later one of the same name. An object that is terminating or gone counts as deleted. A StatefulSet
 * stays until its pods are gone.
 */
export async function deleteObject(
  { cluster, state, settings }: RuntimeContext,
  kind: OwnedKind | 'Pod',
  object: KubeObject,
): Promise<void> {
  if (isTerminating(object)) return;
  const { name, uid } = object.metadata;
  const store = state.storeOf(kind);
  try {
    const answer = (await cluster.call({
      method: 'DELETE',
      path: apiPath(kind, settings.namespace, name),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: kind === 'StatefulSet' ? 'Foreground' : 'Background',
        preconditions: { uid },
      },
    })) as KubeObject;
    // The answer is the terminating object, or a Status when the object is gone.
    if (answer.kind === 'Status') store.forget(object);
    else store.put(answer);
  } catch (error) {
    if (!(error instanceof ApiError) || ![404, 409].includes(error.status)) throw error;
    store.forget(object);
  }
}
