import { ApiError } from '../api/errors.js';
import { isTerminating, type KubeObject } from '../api/types.js';
import { pathOf } from '../api/paths.js';
import type { OwnedKind } from '../objects/manifest.js';
import type { RuntimeContext } from './context.js';

/**
 * Deletes this object and none that has taken its name since. What is being deleted is left to end; what is gone is a success.
 * A StatefulSet stays until its pods are gone.
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
      path: pathOf(kind, settings.namespace, name),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: kind === 'StatefulSet' ? 'Foreground' : 'Background',
        preconditions: { uid },
      },
    })) as KubeObject;
    // Either the object, which goes on ending, or a Status that says it is gone.
    if (answer.kind === 'Status') store.forget(object);
    else store.put(answer);
  } catch (error) {
    if (!(error instanceof ApiError) || ![404, 409].includes(error.status)) throw error;
    store.forget(object);
  }
}
